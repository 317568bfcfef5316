#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>

#include "ingest/serve/rulebox.h"
#include "tests/support/rules.h"

static const struct test_rule rules[] = {{.id = "a", .any = {"aaa"}}, {.id = "b", .any = {"bbb"}}};

static struct sift_rulebox *make(void) {
  struct sift_rulebox *box = NULL;
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  assert_int_equal(sift_rulebox_new(&box, ruleset, test_database(ruleset)), SIFT_OK);
  return box;
}

static void the_header_is_that_of_its_rules(void **state) {
  struct sift_rulebox *box = make();
  (void)state;
  assert_true(sift_state_header_matches(&box->header, box->ruleset));
  assert_int_equal(box->header.rule_count, 2);
  sift_rulebox_release(box);
  sift_rulebox_release(NULL);
}

static void it_lives_as_long_as_anybody_holds_it(void **state) {
  struct sift_rulebox *box = make();
  struct sift_view_rules view = sift_rulebox_view(box);
  (void)state;
  view.acquire(view.owner);
  sift_rulebox_release(box);
  assert_int_equal(view.ruleset->rule_count, 2); /* the sanitizer would say if it were gone */
  assert_string_equal(view.header->rules[1], "b");
  view.release(view.owner);
}

static void *hold_and_release(void *box) {
  for (int i = 0; i < 5000; i++) {
    sift_rulebox_acquire(box);
    sift_rulebox_release(box);
  }
  sift_rulebox_release(box);
  return NULL;
}

static void threads_may_hold_it_at_once(void **state) {
  struct sift_rulebox *box = make();
  pthread_t threads[3];
  (void)state;
  for (int i = 0; i < 3; i++) {
    sift_rulebox_acquire(box);
    assert_int_equal(pthread_create(&threads[i], NULL, hold_and_release, box), 0);
  }
  for (int i = 0; i < 3; i++) {
    pthread_join(threads[i], NULL);
  }
  assert_int_equal(box->refs, 1);
  sift_rulebox_release(box);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_header_is_that_of_its_rules),
      cmocka_unit_test(it_lives_as_long_as_anybody_holds_it),
      cmocka_unit_test(threads_may_hold_it_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
