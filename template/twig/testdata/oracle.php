<?php
// Renders cases with the real Twig, for the test that holds this engine's cases to it.
// Reads one JSON object a line, {"templates", "data", "options"}, and prints {"output"} or {"kind", "line", "message"}.
// TWIG_DIR is the folder that holds Environment.php.
$dir = rtrim((string) getenv('TWIG_DIR'), '/');
function trigger_deprecation(string $package, string $version, string $message, mixed ...$args): void
{
}
set_error_handler(static fn (int $level) => (bool) ($level & (E_USER_DEPRECATED | E_DEPRECATED | E_WARNING)));
ini_set('precision', '14');
mb_internal_encoding('UTF-8');
spl_autoload_register(static function (string $class) use ($dir): void {
    $file = $dir.'/'.strtr(substr($class, 5), '\\', '/').'.php';
    if (str_starts_with($class, 'Twig\\') && is_file($file)) {
        require $file;
    }
});
foreach (glob($dir.'/Resources/*.php') as $file) {
    require_once $file;
}
if (in_array('--icu', $argv)) {
    echo class_exists(\Twig\Extra\Intl\IntlExtension::class) && extension_loaded('intl') ? INTL_ICU_VERSION : '';
    exit;
}
if (in_array('--version', $argv)) {
    echo \Twig\Environment::VERSION;
    exit;
}

function data(mixed $v): mixed
{
    if (!is_array($v)) {
        return $v;
    }
    if (isset($v['$date'])) {
        $date = new DateTimeImmutable($v['$date']);

        return isset($v['$tz']) ? $date->setTimezone(new DateTimeZone($v['$tz'])) : $date;
    }

    return array_map('data', $v);
}

function render(array $case): array
{
    static $n = 0;
    $o = $case['options'] ?? [];
    date_default_timezone_set($o['timezone'] ?? 'UTC');
    // Twig names its classes by the loader's keys: a prefix a case keeps templates of the same name apart.
    $loader = new class($case['templates'], (string) ++$n) implements \Twig\Loader\LoaderInterface {
        public function __construct(private array $templates, private string $case)
        {
        }

        public function getSourceContext(string $name): \Twig\Source
        {
            return $this->exists($name) ? new \Twig\Source($this->templates[$name], $name) : throw new \Twig\Error\LoaderError(sprintf('Template "%s" is not defined.', $name));
        }

        public function getCacheKey(string $name): string
        {
            return $this->getSourceContext($name) ? $this->case.':'.$name : '';
        }

        public function isFresh(string $name, int $time): bool
        {
            return true;
        }

        public function exists(string $name): bool
        {
            return isset($this->templates[$name]);
        }
    };
    $twig = new \Twig\Environment($loader, ['cache' => false, 'strict_variables' => $o['strict'] ?? false, 'autoescape' => $o['autoescape'] ?? 'html']);
    if (isset($o['locale'])) {
        Locale::setDefault($o['locale']);
        $twig->addExtension(new \Twig\Extra\Intl\IntlExtension());
    }
    if (isset($o['policy'])) {
        $p = $o['policy'];
        $twig->addExtension(new \Twig\Extension\SandboxExtension(new \Twig\Sandbox\SecurityPolicy($p['tags'] ?? [], $p['filters'] ?? [], $p['methods'] ?? [], $p['properties'] ?? [], $p['functions'] ?? []), true));
    }
    try {
        return ['output' => $twig->render('index.twig', data($case['data'] ?? []))];
    } catch (\Twig\Error\Error $e) {
        $kind = match (true) {
            $e instanceof \Twig\Error\SyntaxError => 'syntax',
            $e instanceof \Twig\Error\LoaderError => 'loader',
            $e instanceof \Twig\Sandbox\SecurityError => 'security',
            default => 'runtime',
        };

        return ['kind' => $kind, 'line' => $e->getTemplateLine(), 'message' => $e->getRawMessage()];
    }
}

while (false !== $line = fgets(STDIN)) {
    $level = ob_get_level();
    $answer = render(json_decode($line, true, 512, JSON_THROW_ON_ERROR));
    while (ob_get_level() > $level) {
        ob_end_clean();
    }
    echo json_encode($answer, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}
