#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/serve/drops.h"

static const char *written(struct sift_drops *drops, struct sift_json *json) {
  sift_json_clear(json);
  sift_drops_write(drops, json);
  sift_json_raw(json, sift_span("\0", 1));
  assert_false(json->failed);
  return json->bytes;
}

static void drops_are_counted_by_space_in_order_of_names(void **state) {
  (void)state;
  struct sift_drops *drops = NULL;
  struct sift_json json;
  sift_json_init(&json);
  assert_int_equal(sift_drops_new(&drops), SIFT_OK);
  assert_string_equal(written(drops, &json), "[]");
  sift_drops_count(drops, sift_span_of("b/two"), 2);
  sift_drops_count(drops, sift_span_of("a/one"), 1);
  sift_drops_count(drops, sift_span_of("b/two"), 5);
  sift_drops_count(drops, sift_span_of("../no name"), 3);
  sift_drops_count(drops, sift_span("", 0), 4);
  assert_string_equal(written(drops, &json), "[{\"space\":\"a/one\",\"records\":1},{\"space\":\"b/two\",\"records\":7},"
                                             "{\"space\":\"~overflow\",\"records\":7}]");
  sift_drops_free(drops);
  sift_json_release(&json);
}

static void so_many_spaces_are_told_apart_and_no_more(void **state) {
  (void)state;
  struct sift_drops *drops = NULL;
  struct sift_json json;
  char name[32];
  sift_json_init(&json);
  assert_int_equal(sift_drops_new(&drops), SIFT_OK);
  for (int i = 0; i < SIFT_DROPS_SPACES_MAX + 50; i++) {
    snprintf(name, sizeof name, "owner/space-%d", i);
    sift_drops_count(drops, sift_span_of(name), 1);
  }
  sift_drops_count(drops, sift_span_of("owner/space-0"), 1); /* known ones are counted on */
  const char *text = written(drops, &json);
  assert_non_null(strstr(text, "{\"space\":\"owner/space-0\",\"records\":2}"));
  assert_non_null(strstr(text, "{\"space\":\"~overflow\",\"records\":50}"));
  sift_drops_free(drops);
  sift_json_release(&json);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drops_are_counted_by_space_in_order_of_names),
      cmocka_unit_test(so_many_spaces_are_told_apart_and_no_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
