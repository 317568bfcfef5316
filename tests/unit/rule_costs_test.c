#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rules.h"
#include "tools/measure/rule_costs.h"

static const struct test_rule rules[] = {
    {.id = "a-sampled", .any = {"zyzzyva quux \\d+", "zyzzyva quux end"}},
    {.id = "b-rest", .any = {"[0-9]{4}z"}},
    {.id = "c-pcre", .any = {"flummoxed(?! not)"}},
    {.id = "d-none", .any = {"never to be seen"}},
};

/* Lines that wake: three a (two hits), two b (both hit), two c (one hit). */
static const char text[] = "zyzzyva quux 12\nzyzzyva quux x\nZYZZYVA QUUX 1 zyzzyva quux end\n"
                           "1234z 1234z 1234z\n\n99999z flummoxed not\nflummoxed\nnothing\n";

static void lines_are_counted_for_each_rule_once(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = test_ruleset(rules, 4);
  struct sift_database *database = test_database(ruleset);
  char *padded = test_padded(text, sizeof text - 1);
  struct sift_corpus_part part = {"p", 0, sizeof text - 1};
  struct sift_corpus corpus = {.text = padded, .len = sizeof text - 1, .parts = &part, .part_count = 1};
  struct sift_rule_cost costs[4];
  static const uint32_t batches[] = {20, 1000};
  for (int i = 0; i < 2; i++) {
    struct sift_pieces pieces;
    assert_int_equal(sift_pieces_cut(&pieces, &corpus, batches[i], 0), SIFT_OK);
    assert_int_equal(sift_rule_costs_count(costs, database, &pieces), SIFT_OK);
    static const uint64_t expected[4][3] = {{3, 2, 1}, {2, 2, 0}, {2, 1, 1}, {0, 0, 0}};
    for (int k = 0; k < 4; k++) {
      assert_int_equal(costs[k].woken, expected[k][0]);
      assert_int_equal(costs[k].hits, expected[k][1]);
      assert_int_equal(costs[k].refused, expected[k][2]);
      assert_int_equal(costs[k].confirm_seconds > 0, expected[k][0] > 0);
      assert_int_equal(costs[k].pcre_seconds > 0, k == 2);
    }
    sift_pieces_release(&pieces);
  }
  free(padded);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(lines_are_counted_for_each_rule_once)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
