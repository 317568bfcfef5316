#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/event.h"
#include "engine/own_file.h"
#include "tests/support/rules.h"

static void what_the_encoder_of_events_writes_is_own(void **state) {
  (void)state;
  const struct test_rule rules[] = {{.id = "rule", .any = {"fault"}}};
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  struct sift_event_encoder *encoder = NULL;
  assert_int_equal(sift_event_encoder_new(&encoder, ruleset), SIFT_OK);
  assert_int_equal(sift_event_encode_header(encoder, "1.0"), SIFT_OK);
  assert_true(sift_own_file_begins(sift_event_block(encoder)));
  sift_event_encoder_free(encoder);
  sift_ruleset_free(ruleset);
}

static void other_bytes_are_not(void **state) {
  (void)state;
  static const char whole[] = "\x85\xa9spacesift\xa5state\xa1v";
  for (size_t len = 0; len < 17; len++) {
    assert_false(sift_own_file_begins(sift_span(whole, len)));
  }
  assert_true(sift_own_file_begins(sift_span(whole, 17)));
  assert_true(sift_own_file_begins(sift_span("\x8f\xa9spacesift\xa6"
                                             "events",
                                             18)));
  assert_false(sift_own_file_begins(sift_span("\x95\xa9spacesift\xa5state", 17)));
  assert_false(sift_own_file_begins(sift_span("\x85\xa9spacesift\xa5stats", 17)));
  assert_false(sift_own_file_begins(sift_span_of("spacesift: state")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_the_encoder_of_events_writes_is_own),
      cmocka_unit_test(other_bytes_are_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
