#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "engine/batch.h"
#include "ingest/json_text.h"

static void expect_text(const char *raw, const char *want, size_t want_len) {
  char out[512];
  size_t len = 0;
  assert_true(sift_json_unescape(sift_span_of(raw), out, &len));
  assert_int_equal(len, want_len);
  assert_memory_equal(out, want, len);
  assert_true(len <= strlen(raw));
}

static void expect_wrong(const char *raw) {
  char out[512];
  size_t len = 0;
  assert_false(sift_json_unescape(sift_span_of(raw), out, &len));
}

static void every_escape_is_decoded(void **state) {
  (void)state;
  expect_text("plain", "plain", 5);
  expect_text("", "", 0);
  expect_text("a\\nb\\tc\\\"d\\\\e\\/f\\b\\f\\r", "a\nb\tc\"d\\e/f\b\f\r", 14);
  expect_text("\\u001b[31m\\u00e9\\u20AC", "\x1b[31m\xc3\xa9\xe2\x82\xac", 10);
  expect_text("\\ud83d\\ude00", "\xf0\x9f\x98\x80", 4);
  expect_text("a\\u0000b", "a\0b", 3);
}

static void halves_of_surrogates_become_replacements(void **state) {
  (void)state;
  expect_text("\\ud83d", "\xef\xbf\xbd", 3);
  expect_text("\\ude00x", "\xef\xbf\xbdx", 4);
  expect_text("\\ud83d\\u0041",
              "\xef\xbf\xbd"
              "A",
              4);
  expect_text("\\ud83d\\ud83d\\ude00", "\xef\xbf\xbd\xf0\x9f\x98\x80", 7);
  expect_text("\\ud83d\\n", "\xef\xbf\xbd\n", 4);
}

static void what_json_does_not_know_is_wrong(void **state) {
  (void)state;
  expect_wrong("\\x41");
  expect_wrong("a\\");
  expect_wrong("\\u12");
  expect_wrong("\\u12g4");
  expect_wrong("\\u-123");
  expect_wrong("\\N");
}

static void escapes_stand_at_any_distance(void **state) {
  (void)state;
  for (size_t before = 0; before < 70; before++) {
    char raw[200];
    char want[200];
    memset(raw, 'x', sizeof raw);
    memset(want, 'x', sizeof want);
    memcpy(raw + before, "\\n", 2);
    want[before] = '\n';
    raw[before + 40] = '\0';
    expect_text(raw, want, before + 39);
  }
}

static void decoding_in_place_gives_the_same(void **state) {
  (void)state;
  char text[300] = "0123456789012345678901234567890123456789\\nabc\\u00e9defghijklmnopqrstuvwxyzabcdefghijklmnop\\tend";
  char apart[300];
  size_t len = 0;
  size_t in_place = 0;
  struct sift_span raw = sift_span_of(text);
  assert_true(sift_json_unescape(raw, apart, &len));
  assert_true(sift_json_unescape(raw, text, &in_place));
  assert_int_equal(in_place, len);
  assert_memory_equal(text, apart, len);
}

static void expect_repair(const char *in, const char *want) {
  char out[200];
  size_t len = sift_utf8_repair(sift_span_of(in), out);
  assert_int_equal(len, strlen(want));
  assert_memory_equal(out, want, len);
}

#define R "\xef\xbf\xbd"

/* The example of Unicode 15, table 3-8 and following. */
static void ill_formed_parts_become_one_replacement_each(void **state) {
  (void)state;
  expect_repair("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
  expect_repair("\xff", R);
  expect_repair("\xc0\xaf", R R);
  expect_repair("\xe0\x80\xaf", R R R);
  expect_repair("\xed\xa0\x80", R R R);
  expect_repair("\xf4\x91\x92\x93\xff"
                "A\x80\xbf"
                "B",
                R R R R R "A" R R "B");
  expect_repair("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf"
                "A",
                R R R R "A");
  expect_repair("a\xe2\x82", "a" R);
}

static void only_json_scalars_are_scalars(void **state) {
  (void)state;
  const char *const good[] = {"0", "-0", "12", "1.5", "-1.5e10", "1E+5", "1e-5", "true", "false", "null"};
  const char *const bad[] = {"", "-", "01", "1.", ".5", "1e", "1e+", "+1", "0x1", "nul", "True", "1 2", "NaN", "Infinity", "--1"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    assert_true(sift_json_scalar_valid(sift_span_of(good[i])));
  }
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_false(sift_json_scalar_valid(sift_span_of(bad[i])));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_escape_is_decoded),          cmocka_unit_test(halves_of_surrogates_become_replacements),
      cmocka_unit_test(what_json_does_not_know_is_wrong), cmocka_unit_test(escapes_stand_at_any_distance),
      cmocka_unit_test(decoding_in_place_gives_the_same), cmocka_unit_test(ill_formed_parts_become_one_replacement_each),
      cmocka_unit_test(only_json_scalars_are_scalars),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
