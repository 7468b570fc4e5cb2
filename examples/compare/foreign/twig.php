<?php
// The real Twig, from the folder TWIG_DIR, compiled and cached as in production.

function twig_boot(): void {
    $src = getenv('TWIG_DIR');
    if (is_dir("$src/src")) $src .= '/src';
    if (!function_exists('trigger_deprecation')) {
        function trigger_deprecation(string $package, string $version, string $message, mixed ...$args): void {}
    }
    spl_autoload_register(function (string $class) use ($src) {
        if (str_starts_with($class, 'Twig\\') && is_file($file = $src.'/'.strtr(substr($class, 5), '\\', '/').'.php')) require $file;
    });
    foreach (['core', 'debug', 'escaper', 'string_loader'] as $name) {
        if (is_file("$src/Resources/$name.php")) require_once "$src/Resources/$name.php";
    }
}

function twig_environment(string $folder): \Twig\Environment {
    twig_boot();
    return new \Twig\Environment(new \Twig\Loader\FilesystemLoader("$folder/inputs"), ['cache' => "$folder/twig-cache", 'auto_reload' => false]);
}

// order_vars are the variables of order.json, with its time as Twig's users pass times.
function order_vars(string $folder): array {
    $vars = json_decode(file_get_contents("$folder/inputs/order.json"), true);
    $vars['order']['at'] = new DateTimeImmutable($vars['order']['at']['$date']);
    return $vars;
}

function twig_work(string $job, string $folder): Closure {
    $template = twig_environment($folder)->load('order.twig');
    $vars = order_vars($folder);
    return function (callable $out) use ($template, $vars) { $out($template->render($vars)); };
}
