/* The ways from a zstd file to text that is at hand, next to libzstd alone: sizes of buffers, ways to read, what is kept from one
 * shard to the next, huge pages. All in one process, in turn; CPU time, of system and user together. Each way passes over its
 * text once, as whoever takes it does: so a buffer that leaves the cache costs what it costs. */
#define ZSTD_STATIC_LINKING_ONLY /* an allocator of one's own is not of libzstd's stable interface; only this program needs it */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "bench/inputs.h"
#include "bench/suite.h"
#include "engine/batch.h"
#include "engine/clean.h"
#include "engine/json.h"
#include "ingest/source.h"
#include "tools/measure/statistics.h"
#include "tools/measure/timing.h"

enum { SPACES = 300, FILES_MAX = 391, SMALL_BYTES = 128 * 1024, HUGE_BYTES = 2 * 1024 * 1024, WAYS_MAX = 16 };
static const size_t KIB = 1024;

/* One file on disk and in memory. */
struct file {
  char path[512];
  char *packed;
  size_t packed_len;
};

struct files {
  struct file items[FILES_MAX];
  size_t count;
  uint64_t text_len;
};

/* Where the packed bytes come from; OURS: all of it by ingest/source. */
enum from { FROM_MEMORY, FROM_READ, FROM_MAP, FROM_MAP_POPULATED, FROM_OURS };

struct way {
  const char *name;
  enum from from;
  size_t input, output; /* of the buffers; output 0: the whole file at once */
  bool kept;            /* context and buffers serve for all files */
  bool advised;         /* POSIX_FADV_SEQUENTIAL */
  bool ahead;           /* the file after this one is asked for (POSIX_FADV_WILLNEED) */
  bool huge;            /* window and buffers in huge pages */
  bool cold;            /* files are not in the page cache */
};

struct subject {
  const struct way *way;
  const struct files *files;
  ZSTD_DCtx *context;
  char *input, *output;
  size_t input_size, output_size;
  uint64_t text_len;
  double system;
  long faults;
};

/* ---- memory ---- */

static void *huge_alloc(void *opaque, size_t size) {
  (void)opaque;
  void *memory = aligned_alloc(HUGE_BYTES, (size + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES);
  if (memory != NULL && size >= HUGE_BYTES / 2) {
    (void)madvise(memory, (size + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES, MADV_HUGEPAGE);
  }
  return memory;
}

static void huge_free(void *opaque, void *memory) {
  (void)opaque;
  free(memory);
}

static void *take(const struct way *way, size_t size) {
  void *memory = way->huge ? huge_alloc(NULL, size) : malloc(size);
  bench_require(memory != NULL, "out of memory");
  return memory;
}

static void begin(struct subject *self) {
  const struct way *way = self->way;
  if (self->context == NULL) {
    self->context = way->huge ? ZSTD_createDCtx_advanced((ZSTD_customMem){huge_alloc, huge_free, NULL}) : ZSTD_createDCtx();
    bench_require(self->context != NULL, "out of memory");
    self->input = way->from == FROM_READ ? take(way, self->input_size) : NULL;
    self->output = take(way, self->output_size);
  }
}

static void end(struct subject *self) {
  ZSTD_freeDCtx(self->context);
  free(self->input);
  free(self->output);
  self->context = NULL;
  self->input = NULL;
  self->output = NULL;
}

/* ---- one file ---- */

static void take_text(struct subject *self, const char *text, size_t len) {
  self->text_len += len;
  bench_require(len == 0 || sift_survey(text, len).newlines < len, "text cannot consist of newlines");
}

static void unpack(struct subject *self, const char *packed, size_t len) {
  ZSTD_inBuffer in = {packed, len, 0};
  size_t got = 0;
  do {
    ZSTD_outBuffer out = {self->output, self->output_size, 0};
    bench_require(!ZSTD_isError(ZSTD_decompressStream(self->context, &out, &in)), "libzstd failed");
    got = out.pos;
    take_text(self, self->output, got);
  } while (in.pos < in.size || got == self->output_size);
}

static void unpack_at_once(struct subject *self, const char *packed, size_t len) {
  size_t got = ZSTD_decompressDCtx(self->context, self->output, self->output_size, packed, len);
  bench_require(!ZSTD_isError(got), "libzstd failed");
  take_text(self, self->output, got);
}

static void read_file(struct subject *self, int fd) {
  ssize_t len = 0;
  while ((len = read(fd, self->input, self->input_size)) > 0) {
    unpack(self, self->input, (size_t)len);
  }
  bench_require(len == 0, "a file cannot be read");
}

static void map_file(struct subject *self, int fd, size_t size) {
  int flags = MAP_PRIVATE | (self->way->from == FROM_MAP_POPULATED ? MAP_POPULATE : 0);
  char *bytes = mmap(NULL, size, PROT_READ, flags, fd, 0);
  bench_require(bytes != MAP_FAILED, "a file cannot be mapped");
  (void)madvise(bytes, size, MADV_SEQUENTIAL);
  unpack(self, bytes, size);
  munmap(bytes, size);
}

static int open_file(const struct file *file) {
  int fd = open(file->path, O_RDONLY | O_CLOEXEC);
  bench_require(fd >= 0, file->path);
  return fd;
}

static void advise(const struct file *file, int advice) {
  int fd = open_file(file);
  (void)posix_fadvise(fd, 0, 0, advice);
  close(fd);
}

static void take_file(struct subject *self, const struct file *file) {
  struct stat info;
  int fd = open_file(file);
  bench_require(fstat(fd, &info) == 0 && info.st_size > 0, file->path);
  if (self->way->advised) {
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  if (self->way->from == FROM_READ) {
    read_file(self, fd);
  } else {
    map_file(self, fd, (size_t)info.st_size);
  }
  close(fd);
}

static void take_ours(struct subject *self, const struct file *file, struct sift_source_spares *spares) {
  const struct sift_source_limits limits = {.window_log_max = 27, .spares = spares};
  struct sift_source *source = NULL;
  enum sift_reason reason = SIFT_REASONS;
  size_t got = 0;
  bench_require(sift_source_open(&source, file->path, &limits, &reason) == SIFT_OK, file->path);
  while (sift_source_read(source, self->output, self->output_size, &got) == SIFT_OK) {
    take_text(self, self->output, got);
  }
  sift_source_free(source);
}

/* ---- all files ---- */

static void run_files(struct subject *self) {
  const struct files *files = self->files;
  struct sift_source_spares spares = {0};
  for (size_t i = 0; i < files->count; i++) {
    const struct file *file = &files->items[i];
    begin(self);
    if (self->way->ahead && i + 1 < files->count) {
      advise(&files->items[i + 1], POSIX_FADV_WILLNEED);
    }
    if (self->way->from == FROM_OURS) {
      take_ours(self, file, self->way->kept ? &spares : NULL);
    } else if (self->way->from != FROM_MEMORY) {
      take_file(self, file);
    } else if (self->way->output > 0) {
      unpack(self, file->packed, file->packed_len);
    } else {
      unpack_at_once(self, file->packed, file->packed_len);
    }
    if (!self->way->kept && self->way->from != FROM_OURS) {
      end(self);
    }
  }
  sift_source_spares_release(&spares);
}

static enum sift_status run(void *context) {
  struct subject *self = context;
  struct rusage before;
  struct rusage after;
  self->text_len = 0;
  for (size_t i = 0; self->way->cold && i < self->files->count; i++) {
    advise(&self->files->items[i], POSIX_FADV_DONTNEED);
  }
  getrusage(RUSAGE_SELF, &before);
  run_files(self);
  getrusage(RUSAGE_SELF, &after);
  self->system =
      (double)(after.ru_stime.tv_sec - before.ru_stime.tv_sec) + (double)(after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
  self->faults = after.ru_minflt - before.ru_minflt;
  bench_require(self->text_len == self->files->text_len, self->way->name);
  return SIFT_OK;
}

/* ---- files ---- */

static size_t pack(char *out, size_t room, const char *text, size_t len, int window_log) {
  ZSTD_CCtx *context = ZSTD_createCCtx();
  ZSTD_inBuffer in = {text, len, 0};
  ZSTD_outBuffer to = {out, room, 0};
  bench_require(context != NULL && !ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log)) &&
                    !ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(context, len)) &&
                    ZSTD_compressStream2(context, &to, &in, ZSTD_e_end) == 0,
                "libzstd cannot compress");
  ZSTD_freeCCtx(context);
  return to.pos;
}

static void add_file(struct files *files, const char *directory, const char *text, size_t len, int window_log) {
  size_t room = ZSTD_compressBound(len);
  struct file *file = &files->items[files->count];
  snprintf(file->path, sizeof file->path, "%s/decompress-%d-%zu.zst", directory, window_log, files->count);
  file->packed = malloc(room);
  bench_require(file->packed != NULL, "out of memory");
  file->packed_len = pack(file->packed, room, text, len, window_log);
  int fd = open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  bench_require(fd >= 0 && write(fd, file->packed, file->packed_len) == (ssize_t)file->packed_len && fsync(fd) == 0 &&
                    close(fd) == 0,
                file->path);
  files->text_len += len;
  files->count++;
}

static void remove_files(struct files *files) {
  for (size_t i = 0; i < files->count; i++) {
    unlink(files->items[i].path);
    free(files->items[i].packed);
  }
}

/* ---- what is compared; the first of a group is what the others are measured by ---- */

/* clang-format off */
static const struct way by_input[] = {
    {"`libzstd` alone, file in memory", FROM_MEMORY, 0, SIFT_BATCH_BYTES, true, false, false, false, false},
    {"`read` of 16 KiB", FROM_READ, 16 * KIB, SIFT_BATCH_BYTES, true, true, false, false, false},
    {"`read` of 64 KiB", FROM_READ, 64 * KIB, SIFT_BATCH_BYTES, true, true, false, false, false},
    {"`read` of 128 KiB", FROM_READ, 128 * KIB, SIFT_BATCH_BYTES, true, true, false, false, false},
    {"`read` of 256 KiB", FROM_READ, 256 * KIB, SIFT_BATCH_BYTES, true, true, false, false, false},
    {"the same without `posix_fadvise`", FROM_READ, 256 * KIB, SIFT_BATCH_BYTES, true, false, false, false, false},
    {"`read` of 1 MiB", FROM_READ, 1024 * KIB, SIFT_BATCH_BYTES, true, true, false, false, false},
    {"`read` of 4 MiB", FROM_READ, 4096 * KIB, SIFT_BATCH_BYTES, true, true, false, false, false},
    {"`mmap`", FROM_MAP, 0, SIFT_BATCH_BYTES, true, false, false, false, false},
    {"`mmap`, populated", FROM_MAP_POPULATED, 0, SIFT_BATCH_BYTES, true, false, false, false, false},
    {"spacesift", FROM_OURS, 0, SIFT_BATCH_BYTES, true, false, false, false, false},
};
static const struct way by_output[] = {
    {"into 128 KiB", FROM_MEMORY, 0, SIFT_BATCH_BYTES, true, false, false, false, false},
    {"into 16 KiB", FROM_MEMORY, 0, 16 * KIB, true, false, false, false, false},
    {"into 64 KiB", FROM_MEMORY, 0, 64 * KIB, true, false, false, false, false},
    {"into 256 KiB", FROM_MEMORY, 0, 256 * KIB, true, false, false, false, false},
    {"into 1 MiB", FROM_MEMORY, 0, 1024 * KIB, true, false, false, false, false},
    {"into 4 MiB", FROM_MEMORY, 0, 4096 * KIB, true, false, false, false, false},
    {"the whole frame at once", FROM_MEMORY, 0, 0, true, false, false, false, false},
    {"128 KiB, window in huge pages", FROM_MEMORY, 0, SIFT_BATCH_BYTES, true, false, false, true, false},
};
static const struct way by_shard[] = {
    {"`libzstd` alone, files in memory, context kept", FROM_MEMORY, 0, SIFT_BATCH_BYTES, true, false, false, false, false},
    {"the same, a context for each file", FROM_MEMORY, 0, SIFT_BATCH_BYTES, false, false, false, false, false},
    {"the same, each file at once", FROM_MEMORY, 0, 0, true, false, false, false, false},
    {"`read`, context and buffers kept", FROM_READ, 256 * KIB, SIFT_BATCH_BYTES, true, false, false, false, false},
    {"the same with `posix_fadvise`", FROM_READ, 256 * KIB, SIFT_BATCH_BYTES, true, true, false, false, false},
    {"`read`, made anew for each file", FROM_READ, 256 * KIB, SIFT_BATCH_BYTES, false, false, false, false, false},
    {"`mmap`, context kept", FROM_MAP, 0, SIFT_BATCH_BYTES, true, false, false, false, false},
    {"next file asked for ahead", FROM_READ, 256 * KIB, SIFT_BATCH_BYTES, true, false, true, false, false},
    {"spacesift, nothing kept", FROM_OURS, 0, SIFT_BATCH_BYTES, false, false, false, false, false},
    {"spacesift", FROM_OURS, 0, SIFT_BATCH_BYTES, true, false, false, false, false},
};
static const struct way by_cold[] = {
    {"`read` of 256 KiB", FROM_READ, 256 * KIB, SIFT_BATCH_BYTES, true, false, false, false, true},
    {"the same with `posix_fadvise`", FROM_READ, 256 * KIB, SIFT_BATCH_BYTES, true, true, false, false, true},
    {"`read` of 1 MiB", FROM_READ, 1024 * KIB, SIFT_BATCH_BYTES, true, true, false, false, true},
    {"next file asked for ahead", FROM_READ, 256 * KIB, SIFT_BATCH_BYTES, true, false, true, false, true},
    {"`mmap`", FROM_MAP, 0, SIFT_BATCH_BYTES, true, false, false, false, true},
};
/* clang-format on */

static void put(struct sift_json *json, const char *key, double value) {
  sift_json_key(json, key);
  sift_json_double(json, value);
}

static void put_text(struct sift_json *json, const char *key, const char *text) {
  sift_json_key(json, key);
  sift_json_text(json, text);
}

static void tell(struct sift_json *json, const struct subject *self, const struct sift_timing *timing,
                 const struct sift_timing *first) {
  bool wall = self->way->cold;
  struct sift_ratio ratio = sift_ratio_of(wall ? timing->wall : timing->cpu, wall ? first->wall : first->cpu, timing->rounds);
  double speed = (wall ? sift_timing_wall_speed(timing) : sift_timing_speed(timing)) / 1e6;
  printf("  %-50s %6.0f MB/s  %5.3f (%.3f to %.3f)  system %.1f ms, %ld faults\n", self->way->name, speed, ratio.value, ratio.low,
         ratio.high, self->system * 1e3, self->faults);
  sift_json_open(json, '{');
  put_text(json, "name", self->way->name);
  put(json, "mb_s", speed);
  put(json, "ratio", ratio.value);
  put(json, "low", timing->rounds > 1 ? ratio.low : 0);
  put(json, "high", timing->rounds > 1 ? ratio.high : 0);
  put(json, "system_ms", self->system * 1e3);
  put(json, "faults", (double)self->faults);
  sift_json_close(json, '}');
}

static size_t room_of(const struct files *files) {
  return files->count == 1 ? files->text_len : SMALL_BYTES;
}

static void compare(struct sift_json *json, const char *title, const struct way *ways, size_t count, const struct files *files,
                    unsigned rounds) {
  static struct sift_timing timings[WAYS_MAX];
  struct subject subjects[WAYS_MAX];
  struct sift_subject timed[WAYS_MAX];
  bench_require(count <= WAYS_MAX, title);
  for (size_t i = 0; i < count; i++) {
    subjects[i] = (struct subject){.way = &ways[i],
                                   .files = files,
                                   .input_size = ways[i].input,
                                   .output_size = ways[i].output > 0 ? ways[i].output : room_of(files)};
    timed[i] = (struct sift_subject){run, &subjects[i], files->text_len};
  }
  bench_require(sift_time_in_turn(timed, count, rounds, timings) == SIFT_OK, "a run failed");
  printf("%s: %zu files, %.1f MB of text\n", title, files->count, (double)files->text_len / 1e6);
  sift_json_open(json, '{');
  put_text(json, "title", title);
  put(json, "files", (double)files->count);
  put(json, "text_bytes", (double)files->text_len);
  sift_json_key(json, "ways");
  sift_json_open(json, '[');
  for (size_t i = 0; i < count; i++) {
    tell(json, &subjects[i], &timings[i], &timings[0]);
    end(&subjects[i]); /* kept from round to round, so that no way pays for the first touch of its memory */
  }
  sift_json_close(json, ']');
  sift_json_close(json, '}');
}

/* ---- all ---- */

static bool write_json(struct sift_json *json, const char *path) {
  FILE *file = path != NULL ? fopen(path, "we") : NULL;
  bool good = !json->failed && (path == NULL || (file != NULL && fwrite(json->bytes, 1, json->len, file) == json->len));
  if (file != NULL) {
    good = fclose(file) == 0 && good;
  }
  sift_json_release(json);
  return good;
}

static void measure(const char *directory, const char *text, size_t len, unsigned rounds, const char *path) {
  static struct files large;
  static struct files wide;
  static struct files small;
  struct sift_json json;
  sift_json_init(&json);
  add_file(&large, directory, text, len, 21);
  add_file(&wide, directory, text, len, 23);
  for (size_t at = 0; small.count < FILES_MAX && at + SMALL_BYTES <= len; at += SMALL_BYTES) {
    add_file(&small, directory, text + at, SMALL_BYTES, 17);
  }
  sift_json_open(&json, '[');
  compare(&json, "how a file is read", by_input, sizeof by_input / sizeof by_input[0], &large, rounds);
  compare(&json, "where text goes, window of 2 MiB", by_output, sizeof by_output / sizeof by_output[0], &large, rounds);
  compare(&json, "where text goes, window of 8 MiB", by_output, sizeof by_output / sizeof by_output[0], &wide, rounds);
  compare(&json, "many small shards", by_shard, sizeof by_shard / sizeof by_shard[0], &small, rounds);
  compare(&json, "small shards that are not in the page cache, by the wall", by_cold, sizeof by_cold / sizeof by_cold[0], &small,
          rounds);
  sift_json_close(&json, ']');
  bench_require(write_json(&json, path), "the figures cannot be written");
  remove_files(&large);
  remove_files(&wide);
  remove_files(&small);
}

static int usage(void) {
  fprintf(stderr, "Usage: decompress_bench [--json FILE] WORK-DIRECTORY [MEGABYTES [ROUNDS]]\n");
  return 2;
}

int main(int argc, char **argv) {
  static const struct option options[] = {{"json", required_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
  const char *json = NULL;
  int option = 0;
  while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
    if (option != 'j') {
      return usage();
    }
    json = optarg;
  }
  argc -= optind;
  argv += optind;
  size_t bytes = (size_t)(argc > 1 ? strtoul(argv[1], NULL, 10) : 64) << 20;
  unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 9;
  if (argc < 1 || bytes == 0 || rounds < 1 || rounds > SIFT_ROUNDS_MAX) {
    return usage();
  }
  struct bench_input raw;
  bench_input_make(&raw, SIFT_GEN_RAW, SPACES, bytes);
  measure(argv[0], raw.bytes, raw.len, rounds, json);
  free(raw.bytes);
  return 0;
}
