<?php
// A worker for PHP, as worker.go is for Go:
//   php worker.php twig|symfony JOB FOLDER SIZE ADDR OUTPUT
// It does the work once into OUTPUT, says "ready", and then, for each line with a number, does the work as often and answers
// what that took. The work takes a function that is given each piece of output.
[, $library, $job, $folder, $size, $addr, $output] = $argv;
date_default_timezone_set('UTC');
error_reporting(E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED);
require __DIR__."/$library.php";

$work = "{$library}_work"($job, $folder, $size, $addr);
$file = fopen($output, 'w');
$work(function (string $piece) use ($file) { fwrite($file, $piece); });
fclose($file);

$about = ['PHP '.PHP_VERSION];
if (class_exists(\Twig\Environment::class, false)) $about[] = 'Twig '.\Twig\Environment::VERSION;
$status = function_exists('opcache_get_status') ? opcache_get_status(false) : false;
$about[] = ($status['jit']['on'] ?? false) ? 'JIT on' : 'JIT off';
echo 'ready ', implode(', ', $about), "\n";

$octets = 0;
$count = function (string $piece) use (&$octets) { $octets += strlen($piece); };
while (false !== $line = fgets(STDIN)) {
    $times = (int) $line;
    $cpu = cpu_time();
    $begun = hrtime(true);
    for ($i = 0; $i < $times; $i++) $work($count);
    $wall = hrtime(true) - $begun;
    echo json_encode(['wall' => $wall, 'cpu' => cpu_time() - $cpu]), "\n";
}

function cpu_time(): int {
    $r = getrusage();
    return ($r['ru_utime.tv_sec'] + $r['ru_stime.tv_sec']) * 1000000000 + ($r['ru_utime.tv_usec'] + $r['ru_stime.tv_usec']) * 1000;
}
