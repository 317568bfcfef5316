#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ingest/fact_values.h"

typedef bool canonical_fn(enum sift_json_kind kind, char *text, size_t *len);

static void check(canonical_fn *canonical, enum sift_json_kind kind, const char *value, const char *expected) {
  char text[300] = {0};
  size_t len = strlen(value);
  memcpy(text, value, len);
  bool good = canonical(kind, text, &len);
  if (good != (expected != NULL)) {
    fail_msg("%s: %s", value, good ? "taken" : "refused");
  }
  if (good) {
    text[len] = '\0';
    assert_string_equal(text, expected);
  }
}

static void names_take_one_case(void **state) {
  (void)state;
  check(sift_fact_value_upper, SIFT_JSON_STRING, " Runtime_error\n", "RUNTIME_ERROR");
  check(sift_fact_value_lower, SIFT_JSON_STRING, "Docker ", "docker");
  check(sift_fact_value_lower, SIFT_JSON_STRING, "  ", "");
  check(sift_fact_value_any, SIFT_JSON_STRING, " As it is\n", " As it is\n");
  check(sift_fact_value_upper, SIFT_JSON_NUMBER, "1", NULL);
  check(sift_fact_value_lower, SIFT_JSON_OTHER, "true", NULL);
  check(sift_fact_value_any, SIFT_JSON_OTHER, "[", NULL);
}

static void ports_are_numbers_or_texts_of_numbers(void **state) {
  (void)state;
  check(sift_fact_value_port, SIFT_JSON_NUMBER, "7860", "7860");
  check(sift_fact_value_port, SIFT_JSON_STRING, " 08080 ", "8080");
  check(sift_fact_value_port, SIFT_JSON_NUMBER, "65535", "65535");
  check(sift_fact_value_port, SIFT_JSON_NUMBER, "1", "1");
  const char *const bad[] = {"0", "65536", "-1", "7860.0", "99999999999999999999999", "", "x", "80 81"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    check(sift_fact_value_port, SIFT_JSON_STRING, bad[i], NULL);
  }
  check(sift_fact_value_port, SIFT_JSON_OTHER, "true", NULL);
}

static void durations_become_seconds(void **state) {
  (void)state;
  static const char *const good[][2] = {{"30m", "1800"},     {"1h", "3600"},         {"1h30m", "5400"},      {"90s", "90"},
                                        {"1d", "86400"},     {"1800", "1800"},       {"30 min", "1800"},     {"1 Hour, ", NULL},
                                        {"1 h 5 s", "3605"}, {"2 weeks", "1209600"}, {"45 MINUTES", "2700"}, {" 7s ", "7"}};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    check(sift_fact_value_duration, SIFT_JSON_STRING, good[i][0], good[i][1]);
  }
  check(sift_fact_value_duration, SIFT_JSON_NUMBER, "1800", "1800");
  check(sift_fact_value_duration, SIFT_JSON_NUMBER, "1800.75", "1800");
  const char *const bad[] = {
      "",           "0",          "0s",  "-5m", "m",       "30x",       "1h30", "1.5h", "315360001", "99999999999999999999s",
      "500000000m", "300000000m", "10y", "1e3", "forever", "1millennia"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    check(sift_fact_value_duration, SIFT_JSON_STRING, bad[i], NULL);
  }
  check(sift_fact_value_duration, SIFT_JSON_OTHER, "{", NULL);
}

static void commits_are_lower_case_hexadecimal(void **state) {
  (void)state;
  check(sift_fact_value_commit, SIFT_JSON_STRING, "ABCDEF0123456789abcdef0123456789abcdef01",
        "abcdef0123456789abcdef0123456789abcdef01");
  check(sift_fact_value_commit, SIFT_JSON_STRING, "abcg", NULL);
  check(sift_fact_value_commit, SIFT_JSON_STRING, "abc", NULL);
  check(sift_fact_value_commit, SIFT_JSON_STRING, "00000000000000000000000000000000000000000000000000000000000000000", NULL);
  check(sift_fact_value_commit, SIFT_JSON_NUMBER, "1234", NULL);
}

static void flags_are_true_or_false(void **state) {
  (void)state;
  check(sift_fact_value_flag, SIFT_JSON_OTHER, "true", "true");
  check(sift_fact_value_flag, SIFT_JSON_OTHER, "false", "false");
  check(sift_fact_value_flag, SIFT_JSON_STRING, " TRUE ", "true");
  check(sift_fact_value_flag, SIFT_JSON_NUMBER, "0", "false");
  check(sift_fact_value_flag, SIFT_JSON_NUMBER, "2", NULL);
  check(sift_fact_value_flag, SIFT_JSON_STRING, "maybe", NULL);
  check(sift_fact_value_flag, SIFT_JSON_OTHER, "{", NULL);
  check(sift_fact_value_abuse, SIFT_JSON_OTHER, "{", "true");
  check(sift_fact_value_abuse, SIFT_JSON_OTHER, "false", "false");
  check(sift_fact_value_abuse, SIFT_JSON_OTHER, "[", NULL);
  check(sift_fact_value_abuse, SIFT_JSON_STRING, "{", NULL);
}

static void names_of_spaces_are_those_that_logs_have(void **state) {
  (void)state;
  check(sift_fact_value_space, SIFT_JSON_STRING, "owner/name", "owner/name");
  check(sift_fact_value_space, SIFT_JSON_STRING, " spaces/owner/name", "owner/name");
  check(sift_fact_value_space, SIFT_JSON_STRING, "spaces/name", "spaces/name");
  check(sift_fact_value_space, SIFT_JSON_STRING, "a/b/c", NULL);
  check(sift_fact_value_space, SIFT_JSON_STRING, "My Space", NULL);
  check(sift_fact_value_space, SIFT_JSON_STRING, "", NULL);
  check(sift_fact_value_space, SIFT_JSON_NUMBER, "12", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_take_one_case),      cmocka_unit_test(ports_are_numbers_or_texts_of_numbers),
      cmocka_unit_test(durations_become_seconds), cmocka_unit_test(commits_are_lower_case_hexadecimal),
      cmocka_unit_test(flags_are_true_or_false),  cmocka_unit_test(names_of_spaces_are_those_that_logs_have),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
