#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tools/spacesift/score.h"

static void fill(struct sift_score *score) {
  assert_int_equal(sift_score_init(score), SIFT_OK);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(sift_score_add(score, "oom", "oom"), SIFT_OK);
  }
  assert_int_equal(sift_score_add(score, "oom", "healthy"), SIFT_OK);
  assert_int_equal(sift_score_add(score, "healthy", "healthy"), SIFT_OK);
}

static void the_table_tells_precision_recall_and_what_was_said_instead(void **state) {
  (void)state;
  struct sift_score score;
  struct sift_text text;
  fill(&score);
  score.ambiguous = 2;
  score.ambiguous_right = 1;
  sift_text_init(&text, false);
  sift_score_text(&text, &score);
  assert_false(text.failed);
  const char want[] = "verdict                  cases  right  precision     recall  said instead\n"
                      "oom                          4      3    100.0 %     75.0 %  healthy 1\n"
                      "healthy                      1      1     50.0 %    100.0 %\n"
                      "\n5 cases, 4 right: 80.0 % (ambiguous ones apart: 2, 1 of them right)\n";
  assert_int_equal(text.len, strlen(want));
  assert_memory_equal(text.bytes, want, text.len);
  sift_text_release(&text);
  sift_score_release(&score);
}

static void a_verdict_that_was_never_right_has_no_recall(void **state) {
  (void)state;
  struct sift_score score;
  struct sift_json json;
  assert_int_equal(sift_score_init(&score), SIFT_OK);
  assert_int_equal(sift_score_add(&score, "oom", "disk_limit"), SIFT_OK);
  sift_json_init(&json);
  sift_json_open(&json, '{');
  sift_score_json(&json, &score);
  sift_json_close(&json, '}');
  assert_false(json.failed);
  const char want[] = "{\"cases\":1,\"right\":0,\"accuracy\":0,\"ambiguous\":0,\"ambiguous_right\":0,\"verdicts\":["
                      "{\"verdict\":\"disk_limit\",\"cases\":0,\"said\":1,\"right\":0,\"precision\":0,\"recall\":null},"
                      "{\"verdict\":\"oom\",\"cases\":1,\"said\":0,\"right\":0,\"precision\":null,\"recall\":0}],"
                      "\"confusion\":[{\"label\":\"oom\",\"verdict\":\"disk_limit\",\"cases\":1}]}";
  char got[1024];
  snprintf(got, sizeof got, "%.*s", (int)json.len, json.bytes);
  assert_string_equal(got, want);
  sift_json_release(&json);
  sift_score_release(&score);
}

static void more_verdicts_than_there_is_room_for_are_refused(void **state) {
  (void)state;
  struct sift_score score;
  static char names[SIFT_SCORE_VERDICTS_MAX + 1][8];
  assert_int_equal(sift_score_init(&score), SIFT_OK);
  for (int i = 0; i <= SIFT_SCORE_VERDICTS_MAX; i++) {
    snprintf(names[i], sizeof names[i], "v%d", i);
    assert_int_equal(sift_score_add(&score, names[i], names[i]), i < SIFT_SCORE_VERDICTS_MAX ? SIFT_OK : SIFT_ELIMIT);
  }
  assert_int_equal(score.cases, SIFT_SCORE_VERDICTS_MAX);
  sift_score_release(&score);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_table_tells_precision_recall_and_what_was_said_instead),
      cmocka_unit_test(a_verdict_that_was_never_right_has_no_recall),
      cmocka_unit_test(more_verdicts_than_there_is_room_for_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
