#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/stream_internal.h"
#include "ingest/stream_cache.h"

static void numbers_and_reasons_are_those_of_the_streams(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = calloc(1, sizeof *ruleset);
  struct sift_stream_cache *cache = calloc(1, sizeof *cache);
  struct sift_streams streams;
  assert_int_equal(sift_streams_init(&streams, ruleset), SIFT_OK);
  char long_name[300];
  memset(long_name, 'a', sizeof long_name);
  unsigned seed = 2;
  for (int i = 0; i < 20000; i++) {
    char name[64];
    snprintf(name, sizeof name, rand_r(&seed) % 9 == 0 ? "../%d" : "o/n%d", rand_r(&seed) % 3000);
    struct sift_span space = i % 50 == 0 ? sift_span(long_name, sizeof long_name) : sift_span_of(i % 7 == 0 ? "" : name);
    struct sift_span channel = sift_span_of(i % 3 == 0 ? "run" : i % 3 == 1 ? "" : "build");
    enum sift_reason reason = SIFT_REASONS;
    enum sift_reason want_reason = SIFT_REASONS;
    uint32_t got = sift_stream_cache_find(cache, &streams, space, channel, &reason);
    uint32_t want = sift_streams_find(&streams, space, channel, &want_reason);
    assert_int_equal(got, want);
    assert_int_equal(reason, want_reason);
  }
  sift_streams_release(&streams);
  free(cache);
  free(ruleset);
}

static void a_cleared_cache_knows_nothing_of_the_streams_before(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = calloc(1, sizeof *ruleset);
  struct sift_stream_cache *cache = calloc(1, sizeof *cache);
  struct sift_streams streams;
  enum sift_reason reason = SIFT_REASONS;
  assert_int_equal(sift_streams_init(&streams, ruleset), SIFT_OK);
  sift_stream_cache_find(cache, &streams, sift_span_of("o/a"), sift_span_of("run"), &reason);
  uint32_t before = sift_stream_cache_find(cache, &streams, sift_span_of("o/b"), sift_span_of("run"), &reason);
  assert_int_equal(sift_streams_reset(&streams), SIFT_OK);
  sift_stream_cache_clear(cache);
  uint32_t after = sift_stream_cache_find(cache, &streams, sift_span_of("o/b"), sift_span_of("run"), &reason);
  assert_int_not_equal(before, after);
  sift_streams_release(&streams);
  free(cache);
  free(ruleset);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_and_reasons_are_those_of_the_streams),
      cmocka_unit_test(a_cleared_cache_knows_nothing_of_the_streams_before),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
