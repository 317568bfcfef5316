#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/json_skim.h"

/* All members as "key=value|", then "!" where it broke off. The text stands in exactly its own memory. */
static void print_members(const char *text, size_t len, char *out, size_t out_size) {
  char *exact = malloc(len + (len == 0));
  assert_non_null(exact);
  memcpy(exact, text, len);
  struct sift_json_skim skim;
  struct sift_span key;
  struct sift_span value;
  size_t at = 0;
  out[0] = '\0';
  sift_json_skim_begin(&skim, sift_span(exact, len));
  while (sift_json_skim_next(&skim, &key, &value)) {
    at += (size_t)snprintf(out + at, out_size - at, "%.*s=%.*s|", (int)key.len, key.data, (int)value.len, value.data);
    assert_true(at + 2 < out_size);
  }
  assert_false(sift_json_skim_next(&skim, &key, &value));
  snprintf(out + at, out_size - at, "%s", skim.broken ? "!" : "");
  free(exact);
}

static void check(const char *text, const char *expected) {
  char out[1000];
  print_members(text, strlen(text), out, sizeof out);
  assert_string_equal(out, expected);
}

static void objects_give_keys_and_values(void **state) {
  (void)state;
  check(" {\"a\" : 1 , \"b\":{\"c\":[1,\"}\"]},\"d\":\"x\\\"}\" }\n", "a=1|b={\"c\":[1,\"}\"]}|d=\"x\\\"}\"|");
  check("{}", "");
  check("{ }x", "");
}

static void arrays_give_values(void **state) {
  (void)state;
  check("[1,[2,3], {\"a\":4},null,\"x\"]", "=1|=[2,3]|={\"a\":4}|=null|=\"x\"|");
  check("[ ]", "");
}

static void what_ends_early_is_walked_as_far_as_it_goes(void **state) {
  (void)state;
  check("[{\"a\":1},{\"b\":", "={\"a\":1}|={\"b\":|!");
  check("[{\"a\":1},", "={\"a\":1}|!");
  check("[{\"a\":1}", "={\"a\":1}|!");
  check("[\"ab", "=\"ab|!");
  check("[\"ab\\", "=\"ab\\|!");
  check("[tru", "=tru|!");
  check("{\"a\":1,\"b", "a=1|!");
  check("{\"a\":1,\"b\"", "a=1|!");
  check("{\"a\":1,\"b\":", "a=1|!");
  check("{", "!");
}

static void what_is_no_json_is_broken(void **state) {
  (void)state;
  check("", "!");
  check("x", "!");
  check("\"x\"", "!");
  check("{\"a\" 1}", "!");
  check("{a:1}", "!");
  check("{\"a\":}", "!");
  check("{\"a\":1 \"b\":2}", "a=1|!");
  check("[,]", "!");
  check("[1,]", "=1|!");
}

static void any_bytes_are_survived(void **state) {
  (void)state;
  static const char alphabet[] = "{}[]\",:\\a1 ";
  unsigned seed = 9;
  for (int round = 0; round < 50000; round++) {
    char text[24];
    char out[1000];
    size_t len = (size_t)rand_r(&seed) % sizeof text;
    for (size_t i = 0; i < len; i++) {
      text[i] = alphabet[(size_t)rand_r(&seed) % (sizeof alphabet - 1)];
    }
    print_members(text, len, out, sizeof out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(objects_give_keys_and_values),
      cmocka_unit_test(arrays_give_values),
      cmocka_unit_test(what_ends_early_is_walked_as_far_as_it_goes),
      cmocka_unit_test(what_is_no_json_is_broken),
      cmocka_unit_test(any_bytes_are_survived),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
