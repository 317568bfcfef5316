#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/rules.h"
#include "tools/measure/blame.h"

/* Of the first rule, in a set with others or by itself. */
static uint32_t faults_among(const struct test_rule *rules, size_t count, const struct sift_rule_cost *cost, uint64_t lines) {
  struct sift_ruleset *ruleset = test_ruleset(rules, count);
  struct sift_database *database = test_database(ruleset);
  uint32_t faults = 0;
  assert_int_equal(sift_blame(&faults, database, 0, cost, lines), SIFT_OK);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  return faults;
}

/* In a set with a rule that is woken in every way. */
static uint32_t faults_of(const char *pattern, const struct sift_rule_cost *cost, uint64_t lines) {
  const struct test_rule rules[] = {{.id = "a", .any = {pattern}}, {.id = "b", .any = {"quokka wombat", "zyxq\\d", "\\d{3}[a-z]"}}};
  return faults_among(rules, 2, cost, lines);
}

static uint32_t bit(enum sift_fault fault) {
  return UINT32_C(1) << fault;
}

static void what_costs_each_byte_is_told_by_the_pattern(void **state) {
  (void)state;
  static const struct {
    const char *pattern;
    enum sift_fault fault;
  } known[] = {
      {"[a-z]{3}\\d", SIFT_FAULT_NO_TEXT},
      {"abc\\d", SIFT_FAULT_SHORT},
      {".*\\dabc", SIFT_FAULT_OPEN},
      {"(?i)abc\\d", SIFT_FAULT_CASELESS},
      {"(?m:(?i:abc)\\d)", SIFT_FAULT_CASELESS},
      {"a[b-y]{2,30}z", SIFT_FAULT_REPEAT},
      {"abc(?!d)", SIFT_FAULT_PCRE},
  };
  static const struct sift_rule_cost nothing;
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    assert_true((faults_of(known[i].pattern, &nothing, 1000) & bit(known[i].fault)) != 0);
  }
}

static void a_pattern_with_rare_text_is_not_to_blame(void **state) {
  (void)state;
  static const struct sift_rule_cost nothing;
  assert_int_equal(faults_of("(?i)zyzzyva quux.{2,30}flummox", &nothing, 1000), 0);
  assert_int_equal(sift_blame_first(0), SIFT_FAULTS);
}

static void common_text_is_another_matter_than_short_text(void **state) {
  (void)state;
  static const struct sift_rule_cost nothing;
  uint32_t faults = faults_of("HTTP/1\\.1", &nothing, 1000);
  assert_int_equal(faults, bit(SIFT_FAULT_COMMON));
}

static void short_text_goes_to_the_literal_matcher(void **state) {
  (void)state;
  static const struct sift_rule_cost nothing;
  assert_int_equal(faults_of("zyxq\\d", &nothing, 1000), bit(SIFT_FAULT_LITERAL));
  assert_int_equal(faults_of("(?i)zyxqvw\\d", &nothing, 1000), bit(SIFT_FAULT_LITERAL));
  assert_int_equal(faults_of("zyxqvwk\\d", &nothing, 1000), 0);
  assert_int_equal(faults_of("zyx\\d", &nothing, 1000), bit(SIFT_FAULT_SHORT));
}

static void what_was_measured_is_told_where_it_weighs(void **state) {
  (void)state;
  static const char pattern[] = "zyzzyva quux flummox(?!x)";
  static const struct sift_rule_cost refused = {.hits = 1, .woken = 100, .refused = 99, .confirm_seconds = 1};
  static const struct sift_rule_cost hits = {.hits = 1000, .woken = 1000, .confirm_seconds = 1};
  static const struct sift_rule_cost pcre = {.hits = 10, .woken = 10, .confirm_seconds = 1, .pcre_seconds = 2};
  assert_int_equal(faults_of(pattern, &refused, 10000), bit(SIFT_FAULT_REFUSED));
  assert_int_equal(faults_of(pattern, &hits, 10000), bit(SIFT_FAULT_HITS));
  assert_int_equal(faults_of(pattern, &pcre, 10000), bit(SIFT_FAULT_PCRE));
  assert_int_equal(faults_of(pattern, &refused, 100000000), 0);
}

static void what_runs_for_one_rule_alone_is_told(void **state) {
  (void)state;
  static const struct sift_rule_cost nothing;
  static const struct {
    const char *pattern, *other;
    uint32_t faults;
  } known[] = {
      {"zyzzyva quux", "zyxq\\d", 1U << SIFT_FAULT_SAMPLER_ALONE},
      {"zyzzyva quux", "quokka wombat", 0},
      {"zyxq\\d", "quokka wombat", 1U << SIFT_FAULT_LITERALS_ALONE | 1U << SIFT_FAULT_LITERAL},
      {"zyxq\\d", "zwxq\\d", 1U << SIFT_FAULT_LITERAL},
      {"zyx\\d", "quokka wombat", 1U << SIFT_FAULT_REST_ALONE | 1U << SIFT_FAULT_SHORT},
      {"zyx\\d", "zwx\\d", 1U << SIFT_FAULT_SHORT},
  };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    const struct test_rule rules[] = {{.id = "a", .any = {known[i].pattern}}, {.id = "b", .any = {known[i].other}}};
    assert_int_equal(faults_among(rules, 2, &nothing, 1000), known[i].faults);
  }
  const struct test_rule only[] = {{.id = "a", .any = {"zyzzyva quux", "quokka wombat"}}};
  assert_int_equal(faults_among(only, 1, &nothing, 1000), bit(SIFT_FAULT_SAMPLER_ALONE));
}

static void the_first_fault_is_what_costs_each_byte(void **state) {
  (void)state;
  assert_int_equal(sift_blame_first(bit(SIFT_FAULT_HITS) | bit(SIFT_FAULT_SHORT)), SIFT_FAULT_SHORT);
  for (int i = 0; i < SIFT_FAULTS; i++) {
    assert_non_null(sift_fault_name((enum sift_fault)i));
    assert_non_null(sift_fault_text((enum sift_fault)i));
    assert_non_null(sift_fault_advice((enum sift_fault)i));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_costs_each_byte_is_told_by_the_pattern),   cmocka_unit_test(a_pattern_with_rare_text_is_not_to_blame),
      cmocka_unit_test(common_text_is_another_matter_than_short_text), cmocka_unit_test(what_was_measured_is_told_where_it_weighs),
      cmocka_unit_test(short_text_goes_to_the_literal_matcher),        cmocka_unit_test(the_first_fault_is_what_costs_each_byte),
      cmocka_unit_test(what_runs_for_one_rule_alone_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
