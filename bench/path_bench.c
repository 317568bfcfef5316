/* The whole path from a zstd shard to the tally, next to its limit: libzstd alone and one bare hs_scan() pass in 256 KiB
 * blocks over the same text, in the same process, in turn. What is printed is CPU time, so other load matters little. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "bench/bare.h"
#include "bench/inputs.h"
#include "bench/suite.h"
#include "engine/database_internal.h"
#include "engine/json.h"
#include "ingest/scan.h"
#include "patterns/cache.h"
#include "patterns/loader.h"
#include "tools/measure/host.h"
#include "tools/measure/statistics.h"
#include "tools/measure/timing.h"

enum { SPACES = 300, POOL_BYTES = 64 << 20 };

struct bench {
  const struct sift_database *database;
  const struct sift_layout *layout;
  struct bench_pools pools;
  hs_scratch_t *scratch;
  char *buffer;
  const char *directory;
  size_t bytes;
  unsigned rounds;
  struct sift_json json;
};

/* One text, and what is done with it. */
struct row {
  struct bench *bench;
  double share;
  bool events;
  char *text, *packed;
  size_t text_len, packed_len;
  char path[4096]; /* of the packed text on disk */
  uint64_t hits, matches, event_bytes;
};

/* ---- the limit ---- */

/* libzstd's streaming interface at its best: whole input at hand, output into one buffer that stays in cache. */
static enum sift_status run_zstd(void *context) {
  const struct row *row = context;
  ZSTD_DCtx *zstd = ZSTD_createDCtx();
  ZSTD_inBuffer in = {row->packed, row->packed_len, 0};
  bool good = zstd != NULL;
  while (good && in.pos < in.size) {
    ZSTD_outBuffer out = {row->bench->buffer, BENCH_BLOCK_BYTES, 0};
    good = !ZSTD_isError(ZSTD_decompressStream(zstd, &out, &in));
  }
  ZSTD_freeDCtx(zstd);
  return good ? SIFT_OK : SIFT_ECORRUPT;
}

static enum sift_status run_hs(void *context) {
  struct row *row = context;
  row->matches = 0;
  (void)bench_bare_scan(row->bench->database, row->bench->scratch, row->text, row->text_len, &row->matches);
  return SIFT_OK;
}

/* ---- the whole path ---- */

static enum sift_status drop_events(void *context, struct sift_span block) {
  *(uint64_t *)context += block.len;
  return SIFT_OK;
}

static enum sift_status run_path(void *context) {
  struct row *row = context;
  const struct sift_event_sink sink = {drop_events, &row->event_bytes};
  const struct sift_scan_config config = {
      .worker = {.database = row->bench->database, .events = row->events ? &sink : NULL, .spaces_max = 1000000},
      .jobs = 1,
      .layout = row->bench->layout,
      .limits = {.window_log_max = 27},
  };
  struct sift_progress progress = {0};
  struct sift_shards shards;
  struct sift_scan *scan = NULL;
  row->event_bytes = 0;
  sift_shards_init(&shards);
  enum sift_status status = sift_scan_new(&scan, &config);
  if (status == SIFT_OK) {
    status = sift_shards_add(&shards, row->path, row->bench->layout, sift_scan_fleet(scan));
  }
  if (status == SIFT_OK) {
    sift_shards_sort(&shards);
    status = sift_scan_run(scan, &shards, &progress);
    row->hits = sift_scan_totals(scan)->hits;
  }
  sift_scan_free(scan);
  sift_shards_release(&shards);
  return status;
}

/* ---- one row ---- */

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "re");
  bench_require(file != NULL && fseek(file, 0, SEEK_END) == 0, path);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*size);
  bench_require(bytes != NULL && fread(bytes, 1, *size, file) == *size, path);
  fclose(file);
  return bytes;
}

static void open_row(struct row *row) {
  row->text_len = row->bench->bytes;
  row->text = bench_mix(&row->bench->pools, &row->text_len, row->share);
  snprintf(row->path, sizeof row->path, "%s/bench-shard.zst", row->bench->directory);
  bench_require(row->text != NULL && bench_compress_to(row->path, row->text, row->text_len), row->path);
  row->packed = read_file(row->path, &row->packed_len);
}

static void close_row(struct row *row) {
  unlink(row->path);
  free(row->packed);
  free(row->text);
}

/* Ratios of each round's path to the sum of its two limits. */
static struct sift_ratio ratio_of(const struct sift_timing timings[3], double *low, double *high) {
  double sums[SIFT_ROUNDS_MAX];
  *low = *high = timings[2].cpu[0] / (timings[0].cpu[0] + timings[1].cpu[0]);
  for (unsigned i = 0; i < timings[0].rounds; i++) {
    sums[i] = timings[0].cpu[i] + timings[1].cpu[i];
    double ratio = timings[2].cpu[i] / sums[i];
    *low = ratio < *low ? ratio : *low;
    *high = ratio > *high ? ratio : *high;
  }
  return sift_ratio_of(timings[2].cpu, sums, timings[0].rounds);
}

static void put(struct sift_json *json, const char *key, double value) {
  sift_json_key(json, key);
  sift_json_double(json, value);
}

static void tell(struct row *row, const struct sift_timing timings[3]) {
  static const char *const keys[] = {"zstd_mb_s", "hs_scan_mb_s", "path_mb_s"};
  static const char *const spreads[] = {"zstd_spread", "hs_scan_spread", "path_spread"};
  struct sift_json *json = &row->bench->json;
  double low = 0;
  double high = 0;
  struct sift_ratio ratio = ratio_of(timings, &low, &high);
  printf("%7.2f %% %-9s %8.0f %8.0f %8.0f   %5.3f  (%.3f to %.3f)  ratio of zstd %.1f, %llu hits\n", row->share * 100,
         row->events ? "events" : "tally", sift_timing_speed(&timings[0]) / 1e6, sift_timing_speed(&timings[1]) / 1e6,
         sift_timing_speed(&timings[2]) / 1e6, ratio.value, low, high, (double)row->text_len / (double)row->packed_len,
         (unsigned long long)row->hits);
  fflush(stdout);
  sift_json_open(json, '{');
  put(json, "share", row->share);
  sift_json_key(json, "events");
  sift_json_bool(json, row->events);
  for (size_t i = 0; i < 3; i++) {
    put(json, keys[i], sift_timing_speed(&timings[i]) / 1e6);
    put(json, spreads[i], sift_timing_spread(&timings[i]));
  }
  put(json, "ratio", ratio.value);
  put(json, "low", low);
  put(json, "high", high);
  put(json, "compression", (double)row->text_len / (double)row->packed_len);
  sift_json_key(json, "hits");
  sift_json_unsigned(json, row->hits);
  sift_json_close(json, '}');
}

static void measure_row(struct bench *bench, double share, bool events) {
  static struct sift_timing timings[3];
  static struct row row;
  row = (struct row){.bench = bench, .share = share, .events = events};
  open_row(&row);
  const struct sift_subject subjects[] = {
      {run_zstd, &row, row.text_len}, {run_hs, &row, row.text_len}, {run_path, &row, row.text_len}};
  bench_require(sift_time_in_turn(subjects, 3, bench->rounds, timings) == SIFT_OK, "a run failed");
  bench_require(share > 0 ? row.hits > 0 : row.hits == 0, "the text hits otherwise than it was mixed to");
  tell(&row, timings);
  close_row(&row);
}

static void measure_rows(struct bench *bench, const char *fleet) {
  static const struct {
    double share;
    bool events;
  } rows[] = {{0, false},   {0.001, false}, {0.001, true}, {0.01, false}, {0.01, true},
              {0.1, false}, {0.1, true},    {1, false},    {1, true}};
  printf("%zu MB of text from %s, %u rounds in turn; MB/s of text by CPU time, ratio = path / (zstd + bare scan)\n",
         bench->bytes >> 20, fleet, bench->rounds);
  printf("lines that hit        zstd   hs_scan     path   ratio\n");
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    measure_row(bench, rows[i].share, rows[i].events);
  }
}

/* ---- all ---- */

static bool read_pools(struct bench *bench, const char *fleet) {
  struct sift_shards shards;
  struct sift_fleet walk;
  if (strcmp(fleet, "-") == 0) {
    struct bench_input raw;
    bench_input_make(&raw, SIFT_GEN_RAW, SPACES, bench->bytes < POOL_BYTES ? bench->bytes : POOL_BYTES);
    bool good = bench_pools_sort(&bench->pools, sift_span(raw.bytes, raw.len), bench->database);
    free(raw.bytes);
    return good;
  }
  sift_shards_init(&shards);
  bench_require(sift_fleet_init(&walk) == SIFT_OK && sift_shards_add(&shards, fleet, bench->layout, &walk) == SIFT_OK,
                "out of memory");
  sift_shards_sort(&shards);
  bool good = bench_pools_read(&bench->pools, &shards, bench->database, (size_t)2 * POOL_BYTES);
  sift_shards_release(&shards);
  sift_fleet_release(&walk);
  return good;
}

static void put_text(struct sift_json *json, const char *key, const char *text) {
  sift_json_key(json, key);
  sift_json_text(json, text);
}

static void open_json(struct bench *bench) {
  struct sift_host host;
  struct sift_json *json = &bench->json;
  sift_host_read(&host);
  sift_json_init(json);
  sift_json_open(json, '{');
  put_text(json, "platform", host.platform);
  put_text(json, "hyperscan", host.hyperscan);
  put_text(json, "pcre2", host.pcre);
  put_text(json, "zstd", host.zstd);
  put_text(json, "compiler", host.compiler);
  put_text(json, "build", host.build);
  put_text(json, "version", host.version);
  put_text(json, "rules", bench->database->ruleset->hash_text);
  put(json, "rule_count", (double)bench->database->ruleset->rule_count);
  put(json, "pattern_count", (double)bench->database->pattern_count);
  put(json, "bytes", (double)bench->bytes);
  put(json, "rounds", bench->rounds);
  sift_json_key(json, "rows");
  sift_json_open(json, '[');
}

static bool close_json(struct bench *bench, const char *path) {
  sift_json_close(&bench->json, ']');
  sift_json_close(&bench->json, '}');
  FILE *file = path != NULL ? fopen(path, "we") : NULL;
  bool good = !bench->json.failed &&
              (path == NULL || (file != NULL && fwrite(bench->json.bytes, 1, bench->json.len, file) == bench->json.len));
  if (file != NULL) {
    good = fclose(file) == 0 && good;
  }
  sift_json_release(&bench->json);
  return good;
}

static int usage(void) {
  fprintf(stderr, "Usage: path_bench [--json FILE] FLEET-DIRECTORY|- WORK-DIRECTORY [MEGABYTES [ROUNDS [RULES]]]\n"
                  "'-': fleetgen makes the fleet in memory\n");
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
  size_t bytes = (size_t)(argc > 2 ? strtoul(argv[2], NULL, 10) : 256) << 20;
  unsigned rounds = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 5;
  if (argc < 2 || bytes == 0 || rounds < 1 || rounds > SIFT_ROUNDS_MAX) {
    return usage();
  }
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  struct sift_database *database = NULL;
  struct sift_layout *layout = NULL;
  char error[160];
  sift_problems_init(&problems);
  if (sift_rules_load(&ruleset, argc > 4 ? argv[4] : NULL, &problems) != SIFT_OK ||
      sift_rules_compile(&database, ruleset, true, &problems) != SIFT_OK ||
      sift_layout_new(&layout, NULL, error, sizeof error) != SIFT_OK) {
    sift_problems_print(&problems, stderr);
    return 2;
  }
  struct bench bench = {
      .database = database,
      .layout = layout,
      .buffer = malloc(BENCH_BLOCK_BYTES),
      .directory = argv[1],
      .bytes = bytes,
      .rounds = rounds,
  };
  if (bench.buffer == NULL || hs_alloc_scratch(database->wake, &bench.scratch) != HS_SUCCESS || !read_pools(&bench, argv[0])) {
    return 2;
  }
  open_json(&bench);
  measure_rows(&bench, argv[0]);
  bench_require(close_json(&bench, json), "the figures cannot be written");
  bench_pools_release(&bench.pools);
  hs_free_scratch(bench.scratch);
  free(bench.buffer);
  sift_layout_free(layout);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  sift_problems_release(&problems);
  return 0;
}
