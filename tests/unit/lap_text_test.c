#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/measure/lap.h"

static const char whole[] =
    "spacesift-lap 1\nprogram p\nrules-name set\nrules-version 1\nrules-hash ab\ncorpus-bytes 100\n"
    "corpus-lines 10\ncompile-seconds 0.5\ndatabase-bytes 10\nwake-bytes 1\nliterals-bytes 2\nrest-bytes 3\n"
    "confirm-bytes 4\nscratch-bytes 5\nstored-bytes 6\nhits 7\nwoken-lines 8\nconfirmed-lines 9\n"
    "match-limit 0\nnew-in-later-builds x y\nway path 0.25 0.5 100\nway unheard 1 1 1\nrule a 3\nrule b 4\nend\n";

static enum sift_status read_text(struct sift_lap *lap, const char *text, char *error) {
  error[0] = '\0';
  return sift_lap_read(lap, sift_span_of(text), error, 128);
}

static void a_lap_that_is_read_is_the_one_that_was_written(void **state) {
  (void)state;
  struct sift_lap lap;
  struct sift_text text;
  char error[128];
  assert_int_equal(read_text(&lap, whole, error), SIFT_OK);
  for (int turn = 0; turn < 2; turn++) {
    assert_int_equal(lap.found.hits, 7);
    assert_int_equal(lap.sizes.parts.literals_bytes, 2);
    assert_true(lap.compile_seconds > 0.49 && lap.compile_seconds < 0.51);
    assert_true(lap.runs[SIFT_WAY_PATH].made && !lap.runs[SIFT_WAY_WAKE].made);
    assert_true(lap.runs[SIFT_WAY_PATH].cpu > 0.24 && lap.runs[SIFT_WAY_PATH].wall > 0.49);
    assert_int_equal(lap.rule_count, 2);
    assert_string_equal(lap.rules[1].id, "b");
    assert_int_equal(lap.rules[1].hits, 4);
    sift_text_init(&text, false);
    sift_lap_write(&text, &lap);
    sift_lap_release(&lap);
    assert_int_equal(sift_lap_read(&lap, sift_span(text.bytes, text.len), error, sizeof error), SIFT_OK);
    sift_text_release(&text);
  }
  sift_lap_release(&lap);
}

static void every_part_of_a_lap_is_refused_with_a_reason(void **state) {
  (void)state;
  struct sift_lap lap;
  char error[128];
  for (size_t len = 0; len < sizeof whole - 1; len++) {
    error[0] = '\0';
    assert_int_equal(sift_lap_read(&lap, sift_span(whole, len), error, sizeof error), SIFT_EFORMAT);
    assert_true(error[0] != '\0');
  }
}

/* The lap with one piece of it in another form. */
static void expect_refused(const char *piece, const char *other, const char *reason) {
  char text[1024];
  char error[128];
  struct sift_lap lap;
  const char *at = strstr(whole, piece);
  assert_non_null(at);
  snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, other, at + strlen(piece));
  assert_int_equal(read_text(&lap, text, error), SIFT_EFORMAT);
  assert_non_null(strstr(error, reason));
}

static void what_is_broken_is_told(void **state) {
  (void)state;
  expect_refused("spacesift-lap 1", "spacesift-lap 2", "format 2");
  expect_refused("spacesift-lap 1", "hello", "no lap");
  expect_refused("hits 7\n", "", "lacks 'hits'");
  expect_refused("way path 0.25 0.5 100\n", "", "lacks 'way path'");
  expect_refused("hits 7", "hits -7", "line 16");
  expect_refused("hits 7", "hits 7\nhits 7", "line 17");
  expect_refused("hits 7", "hits 99999999999999999999", "line 16");
  expect_refused("compile-seconds 0.5", "compile-seconds nan", "line 8");
  expect_refused("compile-seconds 0.5", "compile-seconds 0x5", "line 8");
  expect_refused("path 0.25 0.5 100", "path 0.25 0.5 0", "line 21");
  expect_refused("path 0.25 0.5 100", "path 0.25 0.5", "line 21");
  expect_refused("rule b 4", "rule a 4", "line 24");
  expect_refused("end\n", "end\nmore\n", "line 25");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_lap_that_is_read_is_the_one_that_was_written),
      cmocka_unit_test(every_part_of_a_lap_is_refused_with_a_reason),
      cmocka_unit_test(what_is_broken_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
