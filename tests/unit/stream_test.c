#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/stream_internal.h"
#include "tests/support/rules.h"

static struct sift_ruleset *ruleset;

static int set_up(void **state) {
  const struct test_rule rules[] = {{.id = "r", .any = {"x"}, .channel = "build"}};
  static struct sift_streams streams;
  ruleset = test_ruleset(rules, 1);
  assert_int_equal(sift_streams_init(&streams, ruleset), SIFT_OK);
  *state = &streams;
  return 0;
}

static int tear_down(void **state) {
  sift_streams_release(*state);
  sift_ruleset_free(ruleset);
  return 0;
}

static void the_same_pair_is_the_same_stream(void **state) {
  enum sift_reason reason;
  uint32_t build = sift_streams_find(*state, sift_span_of("me/app"), sift_span_of("build"), &reason);
  uint32_t run = sift_streams_find(*state, sift_span_of("me/app"), sift_span_of("run"), &reason);
  assert_int_not_equal(build, run);
  assert_int_equal(sift_streams_find(*state, sift_span_of("me/app"), sift_span_of("build"), &reason), build);
  assert_int_equal(reason, SIFT_REASONS);
}

static void names_that_would_lead_astray_count_under_the_nameless_space(void **state) {
  static const char *const bad[] = {"../etc", "a/..", "a/b/c", "a/", "/a", "a b/c", "a/\x1b[31m", ".", "owner/na\nme", "ä/b"};
  struct sift_streams *streams = *state;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    enum sift_reason reason;
    uint32_t stream = sift_streams_find(streams, sift_span_of(bad[i]), sift_span_of("run"), &reason);
    assert_int_equal(reason, SIFT_REASON_BAD_SPACE_NAME);
    assert_true(sift_span_equal(streams->items[stream].space, sift_span_of("-")));
    assert_string_equal(streams->items[stream].channel, "run");
  }
  enum sift_reason reason;
  char longest[SIFT_SPACE_NAME_MAX + 1];
  memset(longest, 'a', sizeof longest);
  sift_streams_find(streams, sift_span(longest, SIFT_SPACE_NAME_MAX), sift_span_of("run"), &reason);
  assert_int_equal(reason, SIFT_REASONS);
  sift_streams_find(streams, sift_span(longest, SIFT_SPACE_NAME_MAX + 1), sift_span_of("run"), &reason);
  assert_int_equal(reason, SIFT_REASON_BAD_SPACE_NAME);
  sift_streams_find(streams, sift_span(NULL, 0), sift_span_of("run"), &reason);
  assert_int_equal(reason, SIFT_REASON_NO_SPACE);
}

static void odd_channels_are_the_unknown_channel(void **state) {
  struct sift_streams *streams = *state;
  enum sift_reason reason;
  uint32_t stream = sift_streams_find(streams, sift_span_of("a/b"), sift_span_of("Run Log"), &reason);
  assert_string_equal(streams->items[stream].channel, "-");
  assert_int_equal(streams->items[stream].channel_bit, UINT32_MAX);
}

static void many_streams_are_all_found_again_and_forgotten_at_reset(void **state) {
  enum { MANY = 5000 };
  struct sift_streams *streams = *state;
  uint32_t numbers[MANY];
  char name[32];
  enum sift_reason reason;
  for (int i = 0; i < MANY; i++) {
    snprintf(name, sizeof name, "owner/space-%d", i);
    numbers[i] = sift_streams_find(streams, sift_span_of(name), sift_span_of("run"), &reason);
  }
  for (int i = 0; i < MANY; i++) {
    snprintf(name, sizeof name, "owner/space-%d", i);
    assert_int_equal(sift_streams_find(streams, sift_span_of(name), sift_span_of("run"), &reason), numbers[i]);
  }
  assert_int_equal(sift_streams_reset(streams), SIFT_OK);
  assert_int_equal(streams->count, 1);
  assert_true(sift_span_equal(streams->items[0].space, sift_span_of("-")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_same_pair_is_the_same_stream, set_up, tear_down),
      cmocka_unit_test_setup_teardown(names_that_would_lead_astray_count_under_the_nameless_space, set_up, tear_down),
      cmocka_unit_test_setup_teardown(odd_channels_are_the_unknown_channel, set_up, tear_down),
      cmocka_unit_test_setup_teardown(many_streams_are_all_found_again_and_forgotten_at_reset, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
