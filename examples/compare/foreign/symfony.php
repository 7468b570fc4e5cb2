<?php
// Symfony Mime and Mailer, from the folder SYMFONY_DIR, as Debian installs them under /usr/share/php.
use Symfony\Bridge\Twig\Mime\BodyRenderer;
use Symfony\Bridge\Twig\Mime\TemplatedEmail;
use Symfony\Component\Mailer\Mailer;
use Symfony\Component\Mailer\Transport\Smtp\EsmtpTransport;
use Symfony\Component\Mime\Address;
use Symfony\Component\Mime\Email;

require __DIR__.'/twig.php';
set_include_path(getenv('SYMFONY_DIR'));
require getenv('SYMFONY_DIR').'/Symfony/Component/Mailer/autoload.php';

function symfony_work(string $job, string $folder, string $size, string $addr): Closure {
    return match ($job) {
        'build' => symfony_build($folder, $size),
        'send' => symfony_send($folder, $addr),
        'pipeline' => symfony_pipeline($folder),
    };
}

function symfony_email(array $letter, Email $email): Email {
    $email->from(new Address($letter['from']['Address'], $letter['from']['Name']))
        ->to(new Address($letter['to']['Address'], $letter['to']['Name']))
        ->subject($letter['subject'])
        ->date(new DateTimeImmutable('2026-05-10T09:00:00Z'));
    return $email;
}

function symfony_letter(array $letter): Email {
    $email = symfony_email($letter, new Email())->text($letter['text']);
    if (isset($letter['html'])) {
        // Symfony makes the Content-ID itself and writes it where the HTML names the picture.
        $html = $letter['html'];
        foreach ($letter['files'] ?? [] as $file) if (isset($file['cid'])) $html = str_replace('cid:'.$file['cid'], 'cid:'.$file['name'], $html);
        $email->html($html);
    }
    foreach ($letter['files'] ?? [] as $file) {
        if (isset($file['cid'])) $email->embedFromPath($file['path'], $file['name'], $file['type']);
        else $email->attachFromPath($file['path'], $file['name'], $file['type']);
    }
    return $email;
}

function read_letter(string $folder, string $size): array {
    return json_decode(file_get_contents("$folder/letters/$size.json"), true);
}

function symfony_build(string $folder, string $size): Closure {
    $letter = read_letter($folder, $size);
    return function (callable $out) use ($letter) {
        foreach (symfony_letter($letter)->toIterable() as $piece) $out($piece);
    };
}

// symfony_send keeps the connection, as Symfony's transport does by itself.
function symfony_send(string $folder, string $addr): Closure {
    [$host, $port] = explode(':', $addr);
    $transport = new EsmtpTransport($host, (int) $port, false);
    $transport->setLocalDomain('client.example');
    $transport->setRestartThreshold(1000000);
    $mailer = new Mailer($transport);
    $letter = read_letter($folder, 'text');
    return function (callable $out) use ($mailer, $letter) { $mailer->send(symfony_letter($letter)); };
}

function symfony_pipeline(string $folder): Closure {
    require_once getenv('SYMFONY_DIR').'/Symfony/Bridge/Twig/Mime/BodyRenderer.php';
    require_once getenv('SYMFONY_DIR').'/Symfony/Bridge/Twig/Mime/TemplatedEmail.php';
    require_once getenv('SYMFONY_DIR').'/Symfony/Bridge/Twig/Mime/WrappedTemplatedEmail.php';
    $order = file_get_contents("$folder/inputs/order.twig");
    $hidden = '<div style="display:none">{{ preheader }}</div>';
    $twig = twig_environment($folder);
    $twig->setLoader(new \Twig\Loader\ArrayLoader([
        'order.html.twig' => preg_replace('/>\n/', ">$hidden\n", $order, 1),
        'subject.twig' => 'Заказ {{ order.id }} принят',
    ]));
    $subject = $twig->load('subject.twig');
    $renderer = new BodyRenderer($twig);
    $vars = order_vars($folder);
    $letter = read_letter($folder, 'text');
    return function (callable $out) use ($renderer, $subject, $vars, $letter) {
        $email = symfony_email($letter, new TemplatedEmail())
            ->subject($subject->render($vars))->htmlTemplate('order.html.twig')->context($vars);
        $renderer->render($email);
        $out($email->toString());
    };
}
