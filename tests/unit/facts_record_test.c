#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "engine/space.h"
#include "ingest/facts_record.h"

static struct sift_fact_records *records;
static struct sift_fact_record record;

static int make_records(void **state) {
  (void)state;
  return sift_fact_records_new(&records) == SIFT_OK ? 0 : -1;
}

static int free_records(void **state) {
  (void)state;
  sift_fact_records_free(records);
  sift_fact_records_free(NULL);
  return 0;
}

/* The text stands in exactly as much memory as may be read. */
static enum sift_reason read_bytes(const char *text, size_t len) {
  static char *exact;
  free(exact);
  exact = malloc(len + SIFT_PADDING);
  assert_non_null(exact);
  memcpy(exact, text, len);
  memset(exact + len, 0, SIFT_PADDING);
  enum sift_reason reason = SIFT_REASON_EMPTY;
  assert_int_equal(sift_fact_records_read(records, sift_span(exact, len), &record, &reason), SIFT_OK);
  return reason;
}

/* Reads what must be good, and prints its sheet: "space name=value …". */
static void check(const char *text, const char *expected) {
  char out[2000];
  assert_int_equal(read_bytes(text, strlen(text)), SIFT_REASONS);
  size_t at = (size_t)snprintf(out, sizeof out, "%.*s", (int)record.sheet.space.len,
                               record.sheet.space.len > 0 ? record.sheet.space.data : "");
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    struct sift_span value = record.sheet.values[i];
    if (value.len > 0) {
      at += (size_t)snprintf(out + at, sizeof out - at, " %s=%.*s", sift_fact_name((enum sift_fact)i), (int)value.len, value.data);
    }
  }
  assert_string_equal(out, expected);
  assert_int_equal(record.informed, strchr(expected, '=') != NULL);
}

static void check_oddities(const char *expected) {
  char out[1000] = "";
  size_t at = 0;
  for (size_t i = 0; i < record.oddity_count; i++) {
    at += (size_t)snprintf(out + at, sizeof out - at, "%s%s@%zu", i > 0 ? " " : "", record.oddities[i].field,
                           record.oddities[i].offset);
    assert_true(strlen(record.oddities[i].hint) > 0);
  }
  assert_string_equal(out, expected);
}

#define COMMIT_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define COMMIT_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void a_listing_of_the_hub_is_read(void **state) {
  (void)state;
  check("{\"_id\":\"64ab\",\"id\":\"owner/name\",\"sdk\":\"docker\",\"sha\":\"" COMMIT_A
        "\",\"disabled\":false,\"subdomain\":\"x\","
        "\"runtime\":{\"stage\":\"RUNTIME_ERROR\",\"errorMessage\":\"Exit code: 1.\\nReason: x\",\"hardware\":{\"current\":null,"
        "\"requested\":\"cpu-basic\"},\"storage\":null,\"gcTimeout\":172800,\"replicas\":{\"current\":1,\"requested\":\"auto\"},"
        "\"devMode\":false,\"domains\":[{\"domain\":\"x.hf.space\",\"stage\":\"READY\"}],\"sha\":\"" COMMIT_B "\"},"
        "\"cardData\":{\"title\":\"T\",\"sdk\":\"docker\",\"app_port\":8080,\"startup_duration_timeout\":\"1h\"}}",
        "owner/name stage=RUNTIME_ERROR error_message=Exit code: 1.\nReason: x sdk=docker app_port=8080 "
        "hardware_requested=cpu-basic startup_timeout=3600 commit=" COMMIT_B " repo_commit=" COMMIT_A " disabled=false");
  check_oddities("");
}

static void the_bare_runtime_names_no_space_and_its_sha_runs(void **state) {
  (void)state;
  check("{\"stage\":\"RUNNING\",\"hardware\":{\"current\":\"T4-small\",\"requested\":\"t4-small\"},\"sha\":\"" COMMIT_A
        "\",\"replicas\":{\"current\":\"odd\"},\"abuse\":{\"flaggedAt\":\"x\",\"reason\":\"y\"}}",
        " stage=RUNNING hardware=t4-small hardware_requested=t4-small commit=" COMMIT_A " abuse=true");
  check_oddities("");
}

static void own_lines_use_the_names_of_facts_in_both_spellings(void **state) {
  (void)state;
  check("{\"space\":\"o/"
        "n\",\"stage\":\"paused\",\"error_message\":\"e\",\"sdk\":\"Gradio\",\"app_port\":\"7860\",\"hardware\":\"l4x1\","
        "\"hardware_requested\":\"l4x4\",\"startup_timeout\":90,\"commit\":\"" COMMIT_A "\",\"repo_commit\":\"" COMMIT_B
        "\",\"abuse\":true,\"disabled\":\"true\",\"time\":\"2026-01-31T10:20:30Z\"}",
        "o/n stage=PAUSED error_message=e sdk=gradio app_port=7860 hardware=l4x1 hardware_requested=l4x4 startup_timeout=90 "
        "commit=" COMMIT_A " repo_commit=" COMMIT_B " abuse=true disabled=true");
  assert_int_equal(record.sheet.time_ns, INT64_C(1769854830000000000));
  check("{\"name\":\"o/n\",\"errorMessage\":\"e\",\"appPort\":1,\"hardwareRequested\":\"x\",\"startupTimeout\":\"2m\","
        "\"repoCommit\":\"abcd\",\"time\":1769854830.5}",
        "o/n error_message=e app_port=1 hardware_requested=x startup_timeout=120 repo_commit=abcd");
  assert_int_equal(record.sheet.time_ns, INT64_C(1769854830500000000));
}

static void a_name_with_an_owner_is_preferred(void **state) {
  (void)state;
  check("{\"id\":\"64abcdef\",\"name\":\"o/n\",\"sdk\":\"x\"}", "o/n sdk=x");
  check("{\"id\":17,\"name\":\"o/n\",\"sdk\":\"x\"}", "o/n sdk=x");
  check_oddities("");
  check("{\"id\":\"o/n\",\"name\":\"My Space\",\"sdk\":\"x\"}", "o/n sdk=x");
  check_oddities("");
  check("{\"space\":\"a/b\",\"id\":\"o/n\",\"sdk\":\"x\"}", "a/b sdk=x");
  check("{\"name\":\"plain\",\"sdk\":\"x\"}", "plain sdk=x");
  check("{\"id\":\"not a name\",\"sdk\":\"x\"}", " sdk=x");
  check_oddities("id@6");
}

static void nulls_and_empty_texts_are_unknown(void **state) {
  (void)state;
  check("{\"id\":\"o/"
        "n\",\"sdk\":null,\"sha\":null,\"stage\":\"\",\"hardware\":null,\"runtime\":null,\"cardData\":null,\"abuse\":null,"
        "\"time\":null,\"error\":null}",
        "o/n");
  check_oddities("");
  assert_int_equal(record.error.len, 0);
}

static void a_hopeless_value_costs_only_itself(void **state) {
  (void)state;
  check(
      "{\"id\":\"o/n\",\"stage\":\"RUNNING\",\"app_port\":[1],\"disabled\":{},\"hardware\":7,\"runtime\":\"up\",\"time\":\"soon\","
      "\"sha\":\"" COMMIT_A "\",\"abuse\":[1]}",
      "o/n stage=RUNNING repo_commit=" COMMIT_A);
  check_oddities("app_port@41 hardware@70 abuse@158 disabled@56 time@94 runtime@82");
}

static void where_one_place_is_hopeless_another_may_tell(void **state) {
  (void)state;
  check("{\"id\":\"o/n\",\"sdk\":3,\"cardData\":{\"sdk\":\"docker\"}}", "o/n sdk=docker");
  check_oddities("sdk@18");
}

static void of_two_equal_keys_the_first_counts(void **state) {
  (void)state;
  check("{\"id\":\"o/n\",\"stage\":\"A\",\"stage\":\"B\"}", "o/n stage=A");
}

static void errors_of_the_hub_are_kept(void **state) {
  (void)state;
  check("{\"error\":\"Repository not found\"}", "");
  assert_true(sift_span_equal(record.error, sift_span_of("Repository not found")));
  check("{\"error\":{\"code\":3}}", "");
  check_oddities("");
}

static void odd_characters_are_survived(void **state) {
  (void)state;
  check("{\"id\":\"o/n\",\"errorMessage\":\"a\\ud800b\\u00e9\"}", "o/n error_message=a\xef\xbf\xbd"
                                                                  "b\xc3\xa9");
  check("{\"id\":\"o/n\",\"errorMessage\":\"a\xff\xfe\",\"sdk\":[]}", "o/n error_message=a\xef\xbf\xbd\xef\xbf\xbd");
  assert_true(record.repaired);
  check_oddities("sdk@0");
  check("{\"id\":\"o/n\",\"errorMessage\":\"bad \\q\",\"sdk\":\"x\"}", "o/n sdk=x");
  check_oddities("errorMessage@27");
  assert_false(record.repaired);
  const char nul[] = "{\"id\":\"o/n\",\"errorMessage\":\"a\\u0000b\"}";
  assert_int_equal(read_bytes(nul, sizeof nul - 1), SIFT_REASONS);
  assert_true(sift_span_equal(record.sheet.values[SIFT_FACT_ERROR_MESSAGE], sift_span("a\0b", 3)));
}

static void what_is_not_json_has_a_reason(void **state) {
  (void)state;
  assert_int_equal(read_bytes("{\"a\":1,}", 8), SIFT_REASON_JSON_SYNTAX);
  assert_int_equal(read_bytes("{\"a\":\"\0\"}", 9), SIFT_REASON_JSON_SYNTAX);
  assert_int_equal(read_bytes("[]", 2), SIFT_REASON_JSON_SYNTAX);
  char deep[500];
  memset(deep, '[', 200);
  memset(deep + 200, ']', 200);
  char text[600];
  int len = snprintf(text, sizeof text, "{\"a\":%.400s}", deep);
  assert_int_equal(read_bytes(text, (size_t)len), SIFT_REASON_JSON_DEPTH);
  check("{\"id\":\"o/n\",\"sdk\":\"x\"}", "o/n sdk=x");
}

static void any_damage_is_survived(void **state) {
  (void)state;
  const char good[] = "{\"id\":\"o/n\",\"runtime\":{\"stage\":\"RUN\\u00e9\",\"hardware\":{\"current\":\"cpu\"}},\"app_port\":7860,"
                      "\"startup_timeout\":\"1h30m\",\"time\":\"2026-01-31T10:20:30Z\",\"abuse\":{},\"sha\":\"abcdef\"}";
  unsigned seed = 3;
  for (int round = 0; round < 20000; round++) {
    char bytes[sizeof good];
    memcpy(bytes, good, sizeof good);
    size_t len = sizeof good - 1 - (size_t)(rand_r(&seed) % 3 == 0 ? rand_r(&seed) % 150 : 0);
    for (int i = rand_r(&seed) % 3; i >= 0; i--) {
      bytes[(size_t)rand_r(&seed) % len] = rand_r(&seed) % 2 == 0 ? (char)rand_r(&seed) : good[(size_t)rand_r(&seed) % len];
    }
    enum sift_reason reason = read_bytes(bytes, len);
    assert_true(reason == SIFT_REASONS || reason == SIFT_REASON_JSON_SYNTAX);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_listing_of_the_hub_is_read),
      cmocka_unit_test(the_bare_runtime_names_no_space_and_its_sha_runs),
      cmocka_unit_test(own_lines_use_the_names_of_facts_in_both_spellings),
      cmocka_unit_test(a_name_with_an_owner_is_preferred),
      cmocka_unit_test(nulls_and_empty_texts_are_unknown),
      cmocka_unit_test(a_hopeless_value_costs_only_itself),
      cmocka_unit_test(where_one_place_is_hopeless_another_may_tell),
      cmocka_unit_test(of_two_equal_keys_the_first_counts),
      cmocka_unit_test(errors_of_the_hub_are_kept),
      cmocka_unit_test(odd_characters_are_survived),
      cmocka_unit_test(what_is_not_json_has_a_reason),
      cmocka_unit_test(any_damage_is_survived),
  };
  return cmocka_run_group_tests(tests, make_records, free_records);
}
