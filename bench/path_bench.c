/* The whole path from a zstd shard to the tally, next to its limit: libzstd alone and one bare hs_scan() pass in 256 KiB
 * blocks over the same text, in the same process, in turn. What is printed is CPU time, so other load matters little. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "bench/bare.h"
#include "bench/clock.h"
#include "bench/corpus.h"
#include "engine/database_internal.h"
#include "ingest/scan.h"
#include "patterns/cache.h"
#include "patterns/loader.h"

enum { ROUNDS_MAX = 32 };

/* ---- the limit ---- */

/* libzstd's streaming interface at its best: whole input at hand, output into one buffer that stays in cache. */
static double zstd_seconds(const char *packed, size_t size, char *buffer) {
  double begun = bench_cpu_seconds();
  ZSTD_DCtx *context = ZSTD_createDCtx();
  ZSTD_inBuffer in = {packed, size, 0};
  while (in.pos < in.size) {
    ZSTD_outBuffer out = {buffer, BENCH_BLOCK_BYTES, 0};
    if (ZSTD_isError(ZSTD_decompressStream(context, &out, &in))) {
      abort();
    }
  }
  ZSTD_freeDCtx(context);
  return bench_cpu_seconds() - begun;
}

/* ---- the whole path ---- */

static enum sift_status drop_events(void *context, struct sift_span block) {
  *(uint64_t *)context += block.len;
  return SIFT_OK;
}

static double path_seconds(const struct sift_database *database, const struct sift_layout *layout, const char *path, bool events,
                           uint64_t *hits) {
  uint64_t event_bytes = 0;
  const struct sift_event_sink sink = {drop_events, &event_bytes};
  const struct sift_scan_config config = {
      .worker = {.database = database, .events = events ? &sink : NULL, .spaces_max = 1000000},
      .jobs = 1,
      .layout = layout,
      .limits = {.window_log_max = 27},
  };
  struct sift_progress progress = {0};
  struct sift_shards shards;
  struct sift_scan *scan = NULL;
  double begun = bench_cpu_seconds();
  sift_shards_init(&shards);
  if (sift_scan_new(&scan, &config) != SIFT_OK || sift_shards_add(&shards, path, layout, sift_scan_fleet(scan)) != SIFT_OK) {
    abort();
  }
  sift_shards_sort(&shards);
  if (sift_scan_run(scan, &shards, &progress) != SIFT_OK) {
    abort();
  }
  *hits = sift_scan_totals(scan)->hits;
  sift_scan_free(scan);
  sift_shards_release(&shards);
  return bench_cpu_seconds() - begun;
}

/* ---- one row ---- */

struct bench {
  const struct sift_database *database;
  const struct sift_layout *layout;
  struct bench_pools pools;
  hs_scratch_t *scratch;
  char *buffer;
  const char *directory;
  size_t bytes;
  unsigned rounds;
};

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "re");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
    abort();
  }
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*size);
  if (bytes == NULL || fread(bytes, 1, *size, file) != *size) {
    abort();
  }
  fclose(file);
  return bytes;
}

static void row(struct bench *bench, double share, bool events) {
  double zstd[ROUNDS_MAX];
  double hs[ROUNDS_MAX];
  double whole[ROUNDS_MAX];
  double ratio[ROUNDS_MAX];
  char path[4096];
  size_t len = bench->bytes;
  size_t packed_len = 0;
  uint64_t matches = 0;
  uint64_t hits = 0;
  char *text = bench_mix(&bench->pools, &len, share);
  snprintf(path, sizeof path, "%s/bench-shard.zst", bench->directory);
  if (text == NULL || !bench_compress_to(path, text, len)) {
    fprintf(stderr, "path_bench: cannot write %s\n", path);
    exit(2);
  }
  char *packed = read_file(path, &packed_len);
  for (unsigned i = 0; i < bench->rounds; i++) {
    zstd[i] = zstd_seconds(packed, packed_len, bench->buffer);
    hs[i] = bench_bare_scan(bench->database, bench->scratch, text, len, &matches);
    whole[i] = path_seconds(bench->database, bench->layout, path, events, &hits);
    ratio[i] = whole[i] / (zstd[i] + hs[i]);
  }
  double mb = (double)len / 1e6;
  double middle = bench_median(ratio, bench->rounds); /* sorts them */
  printf("%7.2f %% %-9s %8.0f %8.0f %8.0f   %5.3f  (%.3f to %.3f)  ratio of zstd %.1f, %llu hits\n", share * 100,
         events ? "events" : "tally", mb / bench_median(zstd, bench->rounds), mb / bench_median(hs, bench->rounds),
         mb / bench_median(whole, bench->rounds), middle, ratio[0], ratio[bench->rounds - 1], (double)len / (double)packed_len,
         (unsigned long long)hits);
  fflush(stdout);
  unlink(path);
  free(packed);
  free(text);
}

static int run(struct bench *bench, const char *fleet) {
  struct sift_shards shards;
  struct sift_fleet walk;
  sift_shards_init(&shards);
  if (sift_fleet_init(&walk) != SIFT_OK || sift_shards_add(&shards, fleet, bench->layout, &walk) != SIFT_OK) {
    return 2;
  }
  sift_shards_sort(&shards);
  if (!bench_pools_read(&bench->pools, &shards, bench->database, 128U << 20)) {
    return 2;
  }
  printf("%zu MB of text from %s, %u rounds in turn; MB/s of text by CPU time, ratio = path / (zstd + bare scan)\n",
         bench->bytes >> 20, fleet, bench->rounds);
  printf("lines that hit        zstd   hs_scan     path   ratio\n");
  static const struct {
    double share;
    bool events;
  } rows[] = {{0, false}, {0.001, false}, {0.01, true}, {0.1, true}, {1, true}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    row(bench, rows[i].share, rows[i].events);
  }
  bench_pools_release(&bench->pools);
  sift_shards_release(&shards);
  sift_fleet_release(&walk);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "Usage: path_bench FLEET-DIRECTORY WORK-DIRECTORY [MEGABYTES [ROUNDS [RULES]]]\n");
    return 2;
  }
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  struct sift_database *database = NULL;
  struct sift_layout *layout = NULL;
  char error[160];
  sift_problems_init(&problems);
  if (sift_rules_load(&ruleset, argc > 5 ? argv[5] : NULL, &problems) != SIFT_OK ||
      sift_rules_compile(&database, ruleset, true, &problems) != SIFT_OK ||
      sift_layout_new(&layout, NULL, error, sizeof error) != SIFT_OK) {
    sift_problems_print(&problems, stderr);
    return 2;
  }
  struct bench bench = {
      .database = database,
      .layout = layout,
      .buffer = malloc(BENCH_BLOCK_BYTES),
      .directory = argv[2],
      .bytes = (size_t)(argc > 3 ? atoi(argv[3]) : 256) << 20,
      .rounds = argc > 4 ? (unsigned)atoi(argv[4]) : 5,
  };
  if (bench.rounds < 1 || bench.rounds > ROUNDS_MAX || bench.buffer == NULL ||
      hs_alloc_scratch(database->wake, &bench.scratch) != HS_SUCCESS) {
    return 2;
  }
  int status = run(&bench, argv[1]);
  hs_free_scratch(bench.scratch);
  free(bench.buffer);
  sift_layout_free(layout);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  sift_problems_release(&problems);
  return status;
}
