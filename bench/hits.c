#include "bench/hits.h"

#include <stdlib.h>

#include "bench/suite.h"
#include "engine/batch.h"
#include "engine/clean.h"
#include "engine/scanner.h"

/* Hits of the batch at hand. */
struct taker {
  struct bench_hits *hits;
  const char *batch;
};

static bool take(void *context, const struct sift_hit *hit) {
  const struct taker *taker = context;
  struct bench_hits *hits = taker->hits;
  if (hits->count == hits->capacity) {
    hits->capacity = hits->capacity == 0 ? 4096 : 2 * hits->capacity;
    hits->items = realloc(hits->items, hits->capacity * sizeof hits->items[0]);
    bench_require(hits->items != NULL, "out of memory");
  }
  struct bench_hit *kept = &hits->items[hits->count++];
  *kept = (struct bench_hit){
      .rule = hit->rule, .field_count = hit->field_count, .text = sift_span(taker->batch + hit->line_start, hit->line_len)};
  for (uint32_t i = 0; i < hit->field_count; i++) {
    kept->fields[i] = hit->fields[i];
  }
  return true;
}

void bench_hits_make(struct bench_hits *hits, size_t bytes) {
  struct sift_scanner *scanner = NULL;
  *hits = (struct bench_hits){0};
  bench_input_mix(&hits->text, 1, bytes);
  hits->text.len = sift_clean_plain(hits->text.bytes, hits->text.len);
  memset(hits->text.bytes + hits->text.len, 0, SIFT_PADDING);
  struct sift_span text = sift_span(hits->text.bytes, hits->text.len);
  bench_require(sift_scanner_new(&scanner, bench_database(), SIFT_SCAN_LINES) == SIFT_OK, "out of memory");
  for (size_t at = 0; at < text.len;) {
    struct taker taker = {hits, text.data + at};
    uint32_t len = bench_batch_len(text, at);
    bench_require(sift_scanner_scan(scanner, taker.batch, len, take, &taker) == SIFT_OK, "a batch cannot be scanned");
    at += len;
  }
  sift_scanner_free(scanner);
  bench_require(hits->count >= hits->text.records, "a line does not hit");
}

void bench_hits_release(struct bench_hits *hits) {
  free(hits->text.bytes);
  free(hits->items);
  *hits = (struct bench_hits){0};
}
