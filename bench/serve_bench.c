/* `spacesift serve` next to its limits: what it costs to receive, by protocol; what idle connections hold; how long acks take.
 * All bytes are made in memory before; only the receiver's CPU time counts, so other load matters little but for the acks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bench/acked.h"
#include "bench/bare.h"
#include "bench/clock.h"
#include "bench/corpus.h"
#include "bench/receiver.h"
#include "engine/database_internal.h"
#include "patterns/cache.h"
#include "patterns/loader.h"

enum { ROUNDS_MAX = 32, SETTLE_MS = 60, IDLE = 10000, WINDOW = 64, WARM_BYTES = 1 << 20 };

static const double acked_seconds = 4;

struct bench {
  const struct sift_database *database;
  struct bench_pools pools;
  hs_scratch_t *scratch;
  const char *program, *directory;
  struct bench_receiver receiver;
  size_t bytes;
  unsigned rounds;
};

static void sleep_ms(unsigned ms) {
  nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}, NULL);
}

static char *mix(const struct bench *bench, size_t *len, double share) {
  *len = bench->bytes;
  char *text = bench_mix(&bench->pools, len, share);
  if (text == NULL) {
    abort();
  }
  return text;
}

/* CPU seconds that the receiver takes for these bytes; `lines` of them must arrive. */
static double received(const struct bench *bench, enum bench_port port, const char *bytes, size_t len, uint64_t lines) {
  double before = bench_receiver_metric(&bench->receiver, "spacesift_lines_total");
  double begun = bench_receiver_cpu(&bench->receiver);
  bench_deliver(bench->receiver.ports[port], bytes, len);
  sleep_ms(SETTLE_MS); /* what was gathered is scanned */
  double seconds = bench_receiver_cpu(&bench->receiver) - begun;
  double came = bench_receiver_metric(&bench->receiver, "spacesift_lines_total") - before;
  if (came != (double)lines) {
    fprintf(stderr, "serve_bench: %.0f lines came of %llu\n", came, (unsigned long long)lines);
    exit(2);
  }
  return seconds;
}

static uint64_t count_lines(const char *text, size_t len) {
  uint64_t lines = 0;
  for (const char *at = text; (at = memchr(at, '\n', len - (size_t)(at - text))) != NULL; at++) {
    lines++;
  }
  return lines + (len > 0 && text[len - 1] != '\n');
}

/* ---- rows ---- */

static void row_lines(struct bench *bench, double share) {
  double recv[ROUNDS_MAX];
  double scan[ROUNDS_MAX];
  double serve[ROUNDS_MAX];
  double ratio[ROUNDS_MAX];
  size_t len = 0;
  uint64_t matches = 0;
  char *text = mix(bench, &len, share);
  uint64_t lines = count_lines(text, len);
  (void)bench_bare_scan(bench->database, bench->scratch, text, WARM_BYTES, &matches);
  for (unsigned i = 0; i < bench->rounds; i++) {
    serve[i] = received(bench, BENCH_TCP, text, len, lines);
    recv[i] = bench_bare_recv(text, len);
    scan[i] = bench_bare_scan(bench->database, bench->scratch, text, len, &matches);
    ratio[i] = serve[i] / (recv[i] + scan[i]);
  }
  double bytes = (double)len;
  double middle = bench_median(ratio, bench->rounds); /* sorts them */
  printf("newline TCP, %5.1f %% hit: serve %5.3f ns a byte, recv %5.3f + scan %5.3f: ratio %.3f (%.3f to %.3f)\n", share * 100,
         bench_median(serve, bench->rounds) / bytes * 1e9, bench_median(recv, bench->rounds) / bytes * 1e9,
         bench_median(scan, bench->rounds) / bytes * 1e9, middle, ratio[0], ratio[bench->rounds - 1]);
  fflush(stdout);
  free(text);
}

static void row_records(struct bench *bench, const char *name, enum bench_port port, enum bench_feed_kind kind, double share) {
  struct bench_feed feed;
  double rate[ROUNDS_MAX];
  size_t len = 0;
  char *text = mix(bench, &len, share);
  if (!bench_feed_make(&feed, kind, sift_span(text, len), false)) {
    abort();
  }
  for (unsigned i = 0; i < bench->rounds; i++) {
    rate[i] = (double)feed.records / received(bench, port, feed.bytes.bytes, feed.bytes.len, feed.records);
  }
  double middle = bench_median(rate, bench->rounds);
  printf("%-34s %5.1f %% hit: %9.0f records a second a core (%.0f to %.0f), %.0f bytes a record, %.0f of text\n", name, share * 100,
         middle, rate[0], rate[bench->rounds - 1], (double)feed.bytes.len / (double)feed.records,
         (double)len / (double)feed.records);
  fflush(stdout);
  bench_feed_release(&feed);
  free(text);
}

static double idle_cpu(const struct bench *bench) {
  double begun = bench_receiver_cpu(&bench->receiver);
  double from = bench_wall_seconds();
  sleep_ms(1000);
  return (bench_receiver_cpu(&bench->receiver) - begun) / (bench_wall_seconds() - from);
}

/* Nothing was said yet, then each has said a line and begun another. */
static void row_idle(struct bench *bench, const char *name, enum bench_port port, struct sift_span message) {
  static int fds[IDLE];
  double mib[3];
  mib[0] = bench_receiver_mib(&bench->receiver);
  double cpu_before = idle_cpu(bench);
  for (int i = 0; i < IDLE; i++) {
    fds[i] = bench_connect(bench->receiver.ports[port]);
  }
  double open = 0;
  for (int i = 0; i < 100 && open < IDLE; i++) {
    sleep_ms(100);
    open = bench_receiver_metric(&bench->receiver, "spacesift_connections");
  }
  mib[1] = bench_receiver_mib(&bench->receiver);
  for (int i = 0; i < IDLE; i++) {
    bench_send(fds[i], message.data, message.len);
  }
  sleep_ms(500);
  mib[2] = bench_receiver_mib(&bench->receiver);
  double cpu = idle_cpu(bench);
  printf("%.0f idle connections of %s: %.0f MiB resident, %.0f once each had sent something; %.0f without any; "
         "idle CPU %.1f %% of a core, %.1f without any\n",
         open, name, mib[1], mib[2], mib[0], cpu * 100, cpu_before * 100);
  fflush(stdout);
  for (int i = 0; i < IDLE; i++) {
    close(fds[i]);
  }
  for (int i = 0; i < 100 && open > 0; i++) {
    sleep_ms(100);
    open = bench_receiver_metric(&bench->receiver, "spacesift_connections");
  }
}

/* Chunks with ids, acknowledged once they are durable. */
static void row_acks(struct bench *bench, double share) {
  char directory[4096];
  char command[sizeof directory + 16];
  struct bench_feed feed;
  size_t len = 0;
  char *text = mix(bench, &len, share);
  snprintf(directory, sizeof directory, "%s/serve-data", bench->directory);
  snprintf(command, sizeof command, "rm -rf '%s'", directory);
  if (!bench_feed_make(&feed, BENCH_FEED_PACKED, sift_span(text, len), true) || system(command) != 0) {
    abort();
  }
  if (!bench_receiver_start(&bench->receiver, bench->program, directory)) {
    exit(2);
  }
  uint16_t port = bench->receiver.ports[BENCH_FORWARD];
  uint64_t next = 1;
  (void)bench_acked_run(port, &feed, WINDOW, next, 0, WINDOW);
  next += WINDOW;
  double begun = bench_receiver_cpu(&bench->receiver);
  struct bench_acked full = bench_acked_run(port, &feed, feed.chunk_count, next, 0, WINDOW);
  double cpu = bench_receiver_cpu(&bench->receiver) - begun;
  next += feed.chunk_count;
  double rate = (double)full.chunks / full.wall;
  double waited = bench_receiver_kept_waiting(&bench->receiver);
  struct bench_acked half = bench_acked_run(port, &feed, (uint64_t)(rate / 2 * acked_seconds) + 1, next, rate / 2, 0);
  printf("acked chunks with a journal, %.1f %% hit: full rate %.0f records a second (%.0f a core); at half of it send to ack p50 "
         "%.1f ms, p99 %.1f ms, most %.1f ms (its threads were kept from a core for %.0f ms a second by other load)\n",
         share * 100, rate * BENCH_CHUNK_RECORDS, (double)full.chunks * BENCH_CHUNK_RECORDS / cpu, half.p50 * 1e3, half.p99 * 1e3,
         half.most * 1e3, (bench_receiver_kept_waiting(&bench->receiver) - waited) / half.wall * 1e3);
  fflush(stdout);
  bench_receiver_stop(&bench->receiver);
  bench_feed_release(&feed);
  free(text);
  (void)system(command);
}

/* ---- all ---- */

static bool wanted(const char *rows, char row) {
  return rows == NULL || strchr(rows, row) != NULL;
}

static void run_rows(struct bench *bench, const char *rows) {
  static const double shares[] = {0.001, 0.01, 0.1};
  for (size_t i = 0; i < 3 && wanted(rows, 'l'); i++) {
    row_lines(bench, shares[i]);
  }
  for (size_t i = 0; i < 3 && wanted(rows, 'p'); i++) {
    row_records(bench, "PackedForward of 1,000 records", BENCH_FORWARD, BENCH_FEED_PACKED, shares[i]);
  }
  if (wanted(rows, 'k')) {
    row_records(bench, "PackedForward with Kubernetes maps", BENCH_FORWARD, BENCH_FEED_KUBERNETES, 0.001);
  }
  if (wanted(rows, 's')) {
    row_records(bench, "Forward messages of one record", BENCH_FORWARD, BENCH_FEED_SINGLE, 0.001);
  }
  if (wanted(rows, 'y')) {
    row_records(bench, "syslog lines", BENCH_SYSLOG, BENCH_FEED_SYSLOG, 0.001);
    row_records(bench, "syslog, counted frames", BENCH_SYSLOG, BENCH_FEED_COUNTED, 0.001);
  }
  if (wanted(rows, 'i')) {
    row_idle(bench, "newline TCP", BENCH_TCP, sift_span_of("a line of some length that is whole\nand one that"));
    row_idle(bench, "syslog", BENCH_SYSLOG, sift_span_of("<14>1 - host app - - - whole\n<14>1 - ho"));
    row_idle(bench, "Forward", BENCH_FORWARD, sift_span_of("\x93\xa3tag\x01\x81\xa3log\xa4line\x93\xa3tag\x01"));
  }
}

static int run(struct bench *bench, const char *fleet, const char *rows) {
  struct sift_layout *layout = NULL;
  struct sift_shards shards;
  struct sift_fleet walk;
  char error[160];
  sift_shards_init(&shards);
  if (sift_layout_new(&layout, NULL, error, sizeof error) != SIFT_OK || sift_fleet_init(&walk) != SIFT_OK ||
      sift_shards_add(&shards, fleet, layout, &walk) != SIFT_OK) {
    return 2;
  }
  sift_shards_sort(&shards);
  if (!bench_pools_read(&bench->pools, &shards, bench->database, 64U << 20) ||
      !bench_receiver_start(&bench->receiver, bench->program, NULL)) {
    return 2;
  }
  bench_deliver(bench->receiver.ports[BENCH_TCP], bench->pools.quiet, WARM_BYTES);
  printf("%zu MB of text from %s, %u rounds in turn; the receiver's CPU time\n", bench->bytes >> 20, fleet, bench->rounds);
  run_rows(bench, rows);
  bench_receiver_stop(&bench->receiver);
  if (wanted(rows, 'a')) {
    row_acks(bench, 0.001);
  }
  bench_pools_release(&bench->pools);
  sift_shards_release(&shards);
  sift_fleet_release(&walk);
  sift_layout_free(layout);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "Usage: serve_bench SPACESIFT FLEET-DIRECTORY WORK-DIRECTORY [MEGABYTES [ROUNDS [ROWS]]]\n"
                    "ROWS: letters of l (newline TCP) p (PackedForward) k (the same with Kubernetes maps) s (single messages)\n"
                    "      y (syslog) i (idle connections) a (acks)\n");
    return 2;
  }
  struct rlimit files;
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  struct sift_database *database = NULL;
  sift_problems_init(&problems);
  if (sift_rules_load(&ruleset, NULL, &problems) != SIFT_OK || sift_rules_compile(&database, ruleset, true, &problems) != SIFT_OK) {
    sift_problems_print(&problems, stderr);
    return 2;
  }
  struct bench bench = {.database = database,
                        .program = argv[1],
                        .directory = argv[3],
                        .bytes = (size_t)(argc > 4 ? strtoul(argv[4], NULL, 10) : 128) << 20,
                        .rounds = argc > 5 ? (unsigned)strtoul(argv[5], NULL, 10) : 5};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  if (bench.rounds < 1 || bench.rounds > ROUNDS_MAX || hs_alloc_scratch(database->wake, &bench.scratch) != HS_SUCCESS) {
    return 2;
  }
  int status = run(&bench, argv[2], argc > 6 ? argv[6] : NULL);
  hs_free_scratch(bench.scratch);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  sift_problems_release(&problems);
  return status;
}
