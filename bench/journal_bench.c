/* What the journal takes and what it costs: entries and MB a second, how long a sync takes here, how long an entry waits until it
 * is durable. As fast as it goes with a bounded queue, then one entry at a time, then at a steady pace. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/clock.h"
#include "ingest/serve/journal.h"

enum { PAYLOAD_BYTES = 16 * 1024, QUEUE_BYTES_MAX = 16 << 20, WAITS = 400, WAIT_MS = 10000 };

static void require(bool holds, const char *what) {
  if (!holds) {
    fprintf(stderr, "journal_bench: %s\n", what);
    exit(1);
  }
}

/* Text about as compressible as events are: few Spaces and rules, many numbers. */
static size_t fill(char *out, uint64_t number) {
  size_t len = 0;
  for (uint64_t i = 0; len + 256 < PAYLOAD_BYTES; i++) {
    uint64_t hash = (number * 1000 + i) * 0x9E3779B97F4A7C15U;
    len += (size_t)snprintf(out + len, PAYLOAD_BYTES - len,
                            "\x8cspace owner-%llu/name rule cuda-out-of-memory time %llu offset %llu text torch.OutOfMemoryError: "
                            "CUDA out of memory. Tried to allocate %llu MiB",
                            (unsigned long long)(hash >> 56), (unsigned long long)(hash >> 34), (unsigned long long)i * 311,
                            (unsigned long long)(hash >> 50));
  }
  return len;
}

struct bench {
  struct sift_journal *journal;
  struct sift_journal_packer *packer;
  char payload[PAYLOAD_BYTES];
  size_t len;
  uint64_t seq;
};

static void append(struct bench *bench) {
  require(sift_journal_append(bench->journal, bench->packer, 0, 0, sift_span(bench->payload, bench->len), &bench->seq) == SIFT_OK,
          "an append failed");
}

static void at_full_speed(struct bench *bench, double seconds) {
  struct sift_journal_stats before;
  struct sift_journal_stats after;
  sift_journal_stats(bench->journal, &before);
  double cpu = bench_cpu_seconds();
  double begun = bench_wall_seconds();
  uint64_t bytes = 0;
  uint64_t count = 0;
  while (bench_wall_seconds() - begun < seconds) {
    append(bench);
    bytes += bench->len;
    count++;
    while (sift_journal_queued_bytes(bench->journal) > QUEUE_BYTES_MAX) {
      usleep(100);
    }
  }
  require(sift_journal_wait(bench->journal, bench->seq, WAIT_MS) == SIFT_OK, "not durable in time");
  double took = bench_wall_seconds() - begun;
  cpu = bench_cpu_seconds() - cpu;
  sift_journal_stats(bench->journal, &after);
  uint64_t syncs = after.syncs - before.syncs;
  printf("full speed: %.0f entries/s of %zu bytes, %.0f MB/s of payload, %.0f MB/s written, %.2f us CPU an entry\n",
         (double)count / took, bench->len, (double)bytes / took / 1e6,
         (double)(after.written_bytes - before.written_bytes) / took / 1e6, cpu / (double)count * 1e6);
  printf("            %.1f entries a sync, %.2f ms a sync, longest %.2f ms\n", (double)count / (double)syncs,
         (double)(after.sync_ns_sum - before.sync_ns_sum) / (double)syncs / 1e6, (double)after.sync_ns_max / 1e6);
}

/* Until durable, in ms: median, p99 and longest of entries that come `pause_us` apart. */
static void at_a_pace(struct bench *bench, const char *what, unsigned pause_us) {
  double waits[WAITS];
  for (int i = 0; i < WAITS; i++) {
    double begun = bench_wall_seconds();
    append(bench);
    require(sift_journal_wait(bench->journal, bench->seq, WAIT_MS) == SIFT_OK, "not durable in time");
    waits[i] = (bench_wall_seconds() - begun) * 1e3;
    usleep(pause_us);
  }
  double median = bench_median(waits, WAITS); /* which sorts them */
  printf("%s: durable after %.2f ms, p99 %.2f ms, longest %.2f ms\n", what, median, waits[WAITS * 99 / 100], waits[WAITS - 1]);
}

int main(int argc, char **argv) {
  struct sift_journal_found found;
  char error[SIFT_JOURNAL_ERROR_BYTES];
  static struct bench bench;
  if (argc < 2 || argc > 3) {
    fprintf(stderr, "usage: journal_bench DIRECTORY [SECONDS]   (it stays there)\n");
    return 2;
  }
  struct sift_journal_config config = {.directory = argv[1], .header = sift_span_of("head"), .keep_bytes = 1 << 28};
  if (sift_journal_open(&bench.journal, &config, &found, error, sizeof error) != SIFT_OK) {
    fprintf(stderr, "journal_bench: %s\n", error);
    return 1;
  }
  require(sift_journal_packer_new(&bench.packer, 0) == SIFT_OK, "out of memory");
  bench.len = fill(bench.payload, 1);
  at_full_speed(&bench, argc > 2 ? strtod(argv[2], NULL) : 3);
  sift_journal_release(bench.journal, bench.seq);
  at_a_pace(&bench, "one at a time", 0);
  at_a_pace(&bench, "every 5 ms   ", 5000);
  bench.len = 300;
  at_full_speed(&bench, argc > 2 ? strtod(argv[2], NULL) : 3);
  sift_journal_packer_free(bench.packer);
  sift_journal_free(bench.journal);
  return 0;
}
