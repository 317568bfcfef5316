#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/harmless.h"

static void expect(struct sift_span text, const char *want) {
  char *shown = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&shown, &len);
  assert_non_null(out);
  sift_harmless_print(text, out);
  fclose(out);
  assert_string_equal(shown, want);
  free(shown);
}

static void plain_text_stays_as_it_is(void **state) {
  (void)state;
  expect(sift_span_of(""), "");
  expect(sift_span_of("a name with spaces, 'quotes' and \\"), "a name with spaces, 'quotes' and \\");
  expect(sift_span_of("\xc3\xa9t\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x99\x82"), "\xc3\xa9t\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x99\x82");
}

static void what_steers_hides_or_is_no_text_is_escaped(void **state) {
  (void)state;
  expect(sift_span_of("\x1b]0;owned\a\r\n\x7f"), "\\x1b]0;owned\\x07\\x0d\\x0a\\x7f");
  expect(sift_span_of("a\tb"), "a b");
  expect(sift_span("nul\0nul", 7), "nul\\x00nul");
  expect(sift_span_of("\xff\xc3"), "\\xff\\xc3");
  expect(sift_span_of("\xc2\x9b"), "\\u{9b}");
  expect(sift_span_of("\xe2\x80\xae"
                      "gpj.exe"),
         "\\u{202e}gpj.exe");
  expect(sift_span_of("\xf3\xa0\x81\x81"), "\\u{e0041}");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_text_stays_as_it_is),
      cmocka_unit_test(what_steers_hides_or_is_no_text_is_escaped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
