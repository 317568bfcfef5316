#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/json.h"
#include "engine/space.h"

static struct sift_json json;

static int begin(void **state) {
  (void)state;
  sift_json_init(&json);
  return 0;
}

static int end(void **state) {
  (void)state;
  sift_json_release(&json);
  return 0;
}

static void assert_json(const char *expected) {
  assert_false(json.failed);
  assert_int_equal(json.len, strlen(expected));
  assert_memory_equal(json.bytes, expected, json.len);
  sift_json_clear(&json);
}

static void assert_string(const char *bytes, size_t len, const char *expected) {
  sift_json_string(&json, sift_span(bytes, len));
  assert_json(expected);
}

static void commas_stand_between_values_and_nowhere_else(void **state) {
  (void)state;
  sift_json_open(&json, '{');
  sift_json_key(&json, "a");
  sift_json_open(&json, '[');
  sift_json_unsigned(&json, 1);
  sift_json_open(&json, '[');
  sift_json_close(&json, ']');
  sift_json_bool(&json, true);
  sift_json_close(&json, ']');
  sift_json_key(&json, "b");
  sift_json_null(&json);
  sift_json_key(&json, "c");
  sift_json_open(&json, '{');
  sift_json_close(&json, '}');
  sift_json_close(&json, '}');
  assert_json("{\"a\":[1,[],true],\"b\":null,\"c\":{}}");
}

static void documents_follow_each_other_after_raw_bytes(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    sift_json_open(&json, '{');
    sift_json_close(&json, '}');
    sift_json_raw(&json, sift_span("\n", 1));
  }
  assert_json("{}\n{}\n");
}

static void clear_begins_anew(void **state) {
  (void)state;
  sift_json_unsigned(&json, 1);
  sift_json_clear(&json);
  sift_json_unsigned(&json, 2);
  assert_json("2");
}

static void control_characters_quotes_and_backslashes_are_escaped(void **state) {
  (void)state;
  assert_string("a\"b\\c\n\t\r\b\f\x1b\0z\x7f/", 15, "\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u001b\\u0000z\x7f/\"");
}

static void valid_utf8_stays_and_invalid_becomes_the_replacement_character(void **state) {
  (void)state;
  assert_string("é€🎬", 9, "\"é€🎬\"");
  assert_string("a\xFF\x62\xE2\x82", 5, "\"a\uFFFDb\uFFFD\"");
  assert_string("\xED\xA0\x80", 3, "\"\uFFFD\uFFFD\uFFFD\"");
}

/* The fast path looks at 16 bytes at once: what is special must be seen at every place of them. */
static void special_bytes_are_found_at_every_place(void **state) {
  (void)state;
  const char special[] = {'"', '\\', '\n', 0x1f, '\x80'};
  const char *const escapes[] = {"\\\"", "\\\\", "\\n", "\\u001f", "\uFFFD"};
  for (size_t len = 1; len < 50; len++) {
    for (size_t at = 0; at < len; at++) {
      for (size_t s = 0; s < sizeof special; s++) {
        char bytes[64], expected[128];
        memset(bytes, 'x', sizeof bytes);
        bytes[at] = special[s];
        snprintf(expected, sizeof expected, "\"%.*s%s%.*s\"", (int)at, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                 escapes[s], (int)(len - at - 1), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        assert_string(bytes, len, expected);
      }
    }
  }
}

static void an_empty_span_is_an_empty_string(void **state) {
  (void)state;
  assert_string(NULL, 0, "\"\"");
  sift_json_text(&json, NULL);
  assert_json("\"\"");
}

static void integers_reach_their_limits(void **state) {
  (void)state;
  sift_json_unsigned(&json, 0);
  assert_json("0");
  sift_json_unsigned(&json, UINT64_MAX);
  assert_json("18446744073709551615");
  sift_json_signed(&json, INT64_MIN);
  assert_json("-9223372036854775808");
  sift_json_signed(&json, INT64_MAX);
  assert_json("9223372036854775807");
}

static void doubles_come_back_as_they_were(void **state) {
  (void)state;
  const double values[] = {0, -1.5, 0.1, 1.0 / 3, 1e300, DBL_MIN, DBL_MAX, 123456789.125};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    sift_json_double(&json, values[i]);
    sift_json_raw(&json, sift_span("\0", 1));
    assert_true(strtod(json.bytes, NULL) == values[i]);
    sift_json_clear(&json);
  }
  sift_json_double(&json, 0.1);
  assert_json("0.1");
  sift_json_double(&json, NAN);
  assert_json("null");
  sift_json_double(&json, INFINITY);
  assert_json("null");
}

static void times_are_rfc_3339_or_null(void **state) {
  (void)state;
  sift_json_time(&json, 0);
  assert_json("\"1970-01-01T00:00:00Z\"");
  sift_json_time(&json, SIFT_TIME_NONE);
  assert_json("null");
}

static void long_texts_grow_the_buffer(void **state) {
  (void)state;
  size_t size = 3 << 20;
  char *bytes = malloc(size);
  assert_non_null(bytes);
  memset(bytes, '\x01', size);
  sift_json_string(&json, sift_span(bytes, size));
  assert_int_equal(json.len, 2 + 6 * size);
  assert_memory_equal(json.bytes + json.len - 7, "\\u0001\"", 7);
  free(bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(commas_stand_between_values_and_nowhere_else),
      TEST(documents_follow_each_other_after_raw_bytes),
      TEST(clear_begins_anew),
      TEST(control_characters_quotes_and_backslashes_are_escaped),
      TEST(valid_utf8_stays_and_invalid_becomes_the_replacement_character),
      TEST(special_bytes_are_found_at_every_place),
      TEST(an_empty_span_is_an_empty_string),
      TEST(integers_reach_their_limits),
      TEST(doubles_come_back_as_they_were),
      TEST(times_are_rfc_3339_or_null),
      TEST(long_texts_grow_the_buffer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
