#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/state_translate.h"
#include "tests/unit/worker_support.h"

#define T0 INT64_C(1700000000000000000)

/* A tally of some of everything. */
static void fill(struct chain *chain, struct sift_state_buffer *out) {
  chain_line(chain, 0, T0, "--> RUN x\n");
  chain_line(chain, 0, T0, "No module named 'x' from y\n");
  chain_line(chain, 0, T0, "DONE\n");
  chain_line(chain, 0, T0, "No module named 'z'\n");
  chain_line(chain, 4, T0, "Memory limit exceeded\n");
  chain_line(chain, 3, T0, "plain chatter\n");
  assert_int_equal(sift_worker_damage(chain->whole, SIFT_REASON_LINE_CUT, 70), SIFT_OK);
  live_state(chain->whole, chain->ruleset, true, out);
}

static enum sift_status translate(const struct sift_state_buffer *from, const struct sift_ruleset *to,
                                  struct sift_state_buffer *out) {
  struct sift_state_bytes bytes = {sift_span(from->bytes, from->size)};
  *out = (struct sift_state_buffer){0};
  return sift_state_translate(sift_state_bytes_input(&bytes), to, sift_state_buffer_output(out));
}

static void read_fleet(const struct sift_state_buffer *state, const struct sift_ruleset *ruleset, struct sift_fleet *out) {
  struct sift_state_bytes bytes = {sift_span(state->bytes, state->size)};
  struct sift_state_reader *reader = NULL;
  const struct sift_space *space = NULL;
  assert_int_equal(sift_state_reader_new(&reader, sift_state_bytes_input(&bytes)), SIFT_OK);
  assert_true(sift_state_header_matches(sift_state_reader_header(reader), ruleset));
  while (sift_state_next(reader, &space) == SIFT_OK) {}
  assert_int_equal(sift_fleet_init(out), SIFT_OK);
  assert_int_equal(sift_fleet_merge(out, sift_state_reader_fleet(reader)), SIFT_OK);
  sift_state_reader_free(reader);
}

static void a_state_of_the_same_rules_stays_as_it_is(void **state) {
  struct chain *chain = *state;
  struct sift_state_buffer from;
  struct sift_state_buffer to;
  fill(chain, &from);
  assert_int_equal(translate(&from, chain->ruleset, &to), SIFT_OK);
  assert_true(live_same_state(&from, &to));
  sift_state_buffer_release(&from);
  sift_state_buffer_release(&to);
}

static void what_the_new_rules_know_is_kept_under_their_numbers_and_the_rest_is_left_out(void **state) {
  struct chain *chain = *state;
  const struct test_rule other[] = {
      {.id = "aaa", .class_id = "aaa", .any = {"aaa"}},
      live_rules[3], /* module */
      live_rules[4], /* ok */
      {.id = "zzz", .any = {"zzz"}},
  };
  struct sift_ruleset *ruleset = test_ruleset(other, 4);
  struct sift_state_buffer from;
  struct sift_state_buffer to;
  fill(chain, &from);
  assert_int_equal(translate(&from, ruleset, &to), SIFT_OK);
  char *text = live_text(ruleset, &to);
  assert_string_equal(text, "- 1\n"
                            "a/b 4\n"
                            "  module x1 No module named 'z'|z|\n"
                            "  module demoted x1 No module named 'x' from y|x|y\n"
                            "  ok x1 \n"
                            "bob/x 1\n");
  struct sift_fleet fleet;
  read_fleet(&to, ruleset, &fleet);
  assert_int_equal(fleet.lines, 6);
  assert_int_equal(fleet.window_count, 0); /* the class of "memory" is no more */
  assert_int_equal(fleet.damage_count, 1);
  assert_int_equal(fleet.reasons[SIFT_REASON_LINE_CUT], 1);
  sift_fleet_release(&fleet);
  free(text);
  sift_state_buffer_release(&from);
  sift_state_buffer_release(&to);
  sift_ruleset_free(ruleset);
}

static void windows_of_classes_that_both_know_stay_sorted(void **state) {
  struct chain *chain = *state;
  const struct test_rule old_rules[] = {{.id = "a", .class_id = "incident-a", .severity = SIFT_ERROR, .any = {"aaa"}},
                                        {.id = "b", .class_id = "incident-b", .severity = SIFT_ERROR, .any = {"bbb"}},
                                        {.id = "c", .class_id = "incident-c", .severity = SIFT_ERROR, .any = {"ccc"}}};
  const struct test_rule new_rules[] = {{.id = "0", .class_id = "incident-0", .severity = SIFT_ERROR, .any = {"000"}},
                                        {.id = "a", .class_id = "incident-a", .severity = SIFT_ERROR, .any = {"aaa"}},
                                        {.id = "c", .class_id = "incident-c", .severity = SIFT_ERROR, .any = {"ccc"}}};
  struct sift_ruleset *from_rules = test_ruleset(old_rules, 3);
  struct sift_ruleset *to_rules = test_ruleset(new_rules, 3);
  struct sift_database *database = test_database(from_rules);
  struct sift_worker *worker = live_worker(database, NULL, 0);
  struct sift_state_buffer from;
  struct sift_state_buffer to;
  struct sift_fleet fleet;
  for (int64_t hour = 2; hour >= 0; hour--) {
    const struct live_line line = {
        .stream = 0, .offset = (uint64_t)hour, .time_ns = T0 + hour * INT64_C(3600000000000), .text = "ccc bbb aaa\n"};
    live_feed(worker, &line);
  }
  live_state(worker, from_rules, true, &from);
  assert_int_equal(translate(&from, to_rules, &to), SIFT_OK);
  read_fleet(&to, to_rules, &fleet);
  assert_int_equal(fleet.window_count, 6);
  for (size_t i = 0; i < 6; i++) {
    assert_string_equal(to_rules->classes[fleet.windows[i].series.class_index].id, i < 3 ? "incident-a" : "incident-c");
    assert_true(i % 3 == 0 || fleet.windows[i].start_s > fleet.windows[i - 1].start_s);
    assert_int_equal(sift_sketch_estimate(&fleet.windows[i].spaces), 1);
  }
  sift_fleet_release(&fleet);
  sift_state_buffer_release(&from);
  sift_state_buffer_release(&to);
  sift_worker_free(worker);
  sift_database_free(database);
  sift_ruleset_free(from_rules);
  sift_ruleset_free(to_rules);
  (void)chain;
}

static void a_damaged_state_is_refused(void **state) {
  struct chain *chain = *state;
  struct sift_state_buffer from;
  struct sift_state_buffer to;
  fill(chain, &from);
  size_t whole = from.size;
  for (size_t size = 0; size < whole; size += 7) {
    from.size = size;
    assert_int_not_equal(translate(&from, chain->ruleset, &to), SIFT_OK);
    sift_state_buffer_release(&to);
  }
  sift_state_buffer_release(&from);
}

struct full {
  size_t room;
};

static enum sift_status write_until_full(void *context, const char *bytes, size_t size) {
  struct full *full = context;
  (void)bytes;
  if (size > full->room) {
    return SIFT_EIO;
  }
  full->room -= size;
  return SIFT_OK;
}

static void what_the_output_refuses_is_told(void **state) {
  struct chain *chain = *state;
  struct sift_state_buffer from;
  fill(chain, &from);
  struct sift_state_bytes bytes = {sift_span(from.bytes, from.size)};
  struct full full = {.room = 20};
  const struct sift_state_output output = {.write = write_until_full, .context = &full};
  assert_int_equal(sift_state_translate(sift_state_bytes_input(&bytes), chain->ruleset, output), SIFT_EIO);
  sift_state_buffer_release(&from);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, chain_set_up, chain_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(a_state_of_the_same_rules_stays_as_it_is),
      TEST(what_the_new_rules_know_is_kept_under_their_numbers_and_the_rest_is_left_out),
      TEST(windows_of_classes_that_both_know_stay_sorted),
      TEST(a_damaged_state_is_refused),
      TEST(what_the_output_refuses_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
