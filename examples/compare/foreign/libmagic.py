"""A worker for libmagic, as worker.go is for Go:  python3 libmagic.py FOLDER SIZE ADDR OUTPUT

It calls the library of the program file by ctypes, which costs about a microsecond a call.
"""
import ctypes
import json
import os
import resource
import sys
import time

MAGIC_MIME_TYPE = 0x10

magic = ctypes.CDLL("libmagic.so.1")
magic.magic_open.restype = ctypes.c_void_p
magic.magic_load.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
magic.magic_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
magic.magic_file.restype = ctypes.c_char_p

cookie = magic.magic_open(MAGIC_MIME_TYPE)
if magic.magic_load(cookie, None) != 0:
    sys.exit("libmagic has no database")

folder, output = sys.argv[1], sys.argv[4]
with open(os.path.join(folder, "files.json")) as f:
    paths = [os.path.join(folder, "files", name).encode() for name in json.load(f)]


def work():
    return [magic.magic_file(cookie, path) for path in paths]


def cpu_time():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return int((usage.ru_utime + usage.ru_stime) * 1e9)


with open(output, "wb") as f:
    f.write(b"".join(media_type + b"\n" for media_type in work()))
version = magic.magic_version()
print("ready libmagic %d.%02d" % (version // 100, version % 100), flush=True)
for line in sys.stdin:
    cpu, begun = cpu_time(), time.perf_counter_ns()
    for _ in range(int(line)):
        work()
    print(json.dumps({"wall": time.perf_counter_ns() - begun, "cpu": cpu_time() - cpu}), flush=True)
