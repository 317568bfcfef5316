#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/scanner.h"
#include "engine/typical.h"
#include "tests/support/rules.h"
#include "tools/measure/subset.h"

static const struct test_rule rules[] = {
    {.id = "a", .any = {"zyzzyva quux"}},
    {.id = "b", .any = {"[0-9]{4}z"}},
    {.id = "c", .any = {"flummoxed", "baffled entirely"}, .none = {"not"}},
};
static const char text[] = "zyzzyva quux 1234z flummoxed\n1234z\nbaffled entirely\nbaffled entirely not\n";

static bool note(void *context, const struct sift_hit *hit) {
  char *hits = context;
  size_t len = strlen(hits);
  hits[len] = (char)('0' + hit->rule);
  hits[len + 1] = '\0';
  return true;
}

static void expect_hits(const struct sift_database *database, enum sift_scan_mode mode, const char *expected) {
  struct sift_scanner *scanner = NULL;
  char hits[32] = "";
  char *padded = test_padded(text, sizeof text - 1);
  assert_int_equal(sift_scanner_new(&scanner, database, mode), SIFT_OK);
  assert_int_equal(sift_scanner_scan(scanner, padded, sizeof text - 1, note, hits), SIFT_OK);
  assert_string_equal(hits, expected);
  sift_scanner_free(scanner);
  free(padded);
}

static void rules_that_are_left_out_hit_nothing_and_the_others_keep_their_numbers(void **state) {
  (void)state;
  static const struct {
    bool keep[3];
    const char *hits;
  } known[] = {{{true, true, true}, "01212"},
               {{false, true, true}, "1212"},
               {{true, false, true}, "022"},
               {{true, true, false}, "011"},
               {{false, false, false}, ""}};
  struct sift_ruleset *ruleset = test_ruleset(rules, 3);
  struct sift_database *whole = test_database(ruleset);
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    struct sift_database *less = NULL;
    assert_int_equal(sift_subset_leave_out(&less, whole, known[i].keep), SIFT_OK);
    for (int mode = SIFT_SCAN_ADAPTIVE; mode <= SIFT_SCAN_LINES; mode++) {
      expect_hits(less, (enum sift_scan_mode)mode, known[i].hits);
    }
    sift_subset_leave_out_free(less);
  }
  expect_hits(whole, SIFT_SCAN_ADAPTIVE, "01212"); /* nothing of it was let go */
  sift_database_free(whole);
  sift_ruleset_free(ruleset);
}

static void a_part_of_the_rules_is_a_set_of_its_own(void **state) {
  (void)state;
  static const bool keep[3] = {false, true, true};
  struct sift_ruleset *ruleset = test_ruleset(rules, 3);
  struct sift_subset subset;
  assert_int_equal(sift_subset_make(&subset, ruleset, keep, sift_typical_text()), SIFT_OK);
  assert_int_equal(subset.ruleset.rule_count, 2);
  expect_hits(subset.database, SIFT_SCAN_ADAPTIVE, "0101");
  sift_subset_release(&subset);
  sift_ruleset_free(ruleset);
}

static struct sift_database_info info_without(const struct sift_database *whole, const bool *keep) {
  struct sift_database *less = NULL;
  struct sift_database_info info;
  assert_int_equal(sift_subset_leave_out(&less, whole, keep), SIFT_OK);
  assert_int_equal(sift_database_info(less, &info), SIFT_OK);
  sift_subset_leave_out_free(less);
  return info;
}

static void a_rule_leaves_the_database_that_wakes_it(void **state) {
  (void)state;
  static const struct test_rule ways[] = {
      {.id = "literal", .any = {"zyxq\\d"}}, {.id = "rest", .any = {"[0-9]{4}z"}}, {.id = "sampled", .any = {"zyzzyva quux"}}};
  struct sift_ruleset *ruleset = test_ruleset(ways, 3);
  struct sift_database *whole = test_database(ruleset);
  struct sift_database_info all = info_without(whole, (const bool[]){true, true, true});
  struct sift_database_info literal = info_without(whole, (const bool[]){false, true, true});
  struct sift_database_info rest = info_without(whole, (const bool[]){true, false, true});
  assert_true(all.literals_bytes > 0 && all.rest_bytes > 0);
  assert_int_equal(literal.literals_bytes, 0);
  assert_int_equal(literal.rest_bytes, all.rest_bytes);
  assert_int_equal(rest.rest_bytes, 0);
  assert_int_equal(rest.literals_bytes, all.literals_bytes);
  sift_database_free(whole);
  sift_ruleset_free(ruleset);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_rule_leaves_the_database_that_wakes_it),
      cmocka_unit_test(rules_that_are_left_out_hit_nothing_and_the_others_keep_their_numbers),
      cmocka_unit_test(a_part_of_the_rules_is_a_set_of_its_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
