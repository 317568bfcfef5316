#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/facts_tally.h"
#include "tests/support/live_worker.h"

#define SECOND INT64_C(1000000000)
#define NOW (INT64_C(1769853600) * SECOND)

static struct sift_ruleset *ruleset;
static struct sift_database *database;

static int begin(void **state) {
  (void)state;
  ruleset = test_ruleset(live_rules, LIVE_RULES);
  database = test_database(ruleset);
  return 0;
}

static int end(void **state) {
  (void)state;
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  return 0;
}

static void know(struct sift_facts *facts, const char *space, const char *message, int64_t time_ns) {
  struct sift_fact_sheet sheet = {.space = sift_span_of(space), .time_ns = time_ns};
  for (int i = 0; i < SIFT_FACTS; i++) {
    sheet.values[i] = sift_span_of("");
  }
  sheet.values[SIFT_FACT_ERROR_MESSAGE] = sift_span_of(message);
  bool doubled = false;
  bool contradicts = false;
  assert_int_equal(sift_facts_add(facts, &sheet, &doubled, &contradicts), SIFT_OK);
}

/* Told of one Space after another, then of the fleet. */
struct told {
  size_t spaces, windows;
  uint64_t lines, shards;
  uint32_t evidence[8];
  struct sift_instant last[8];
  char names[8][32];
};

static void read_run(const struct sift_run *run, struct told *told) {
  struct sift_state_bytes bytes = {sift_span(run->bytes, run->size)};
  struct sift_state_reader *reader = NULL;
  const struct sift_space *space = NULL;
  enum sift_status status = sift_state_reader_new(&reader, sift_state_bytes_input(&bytes));
  assert_int_equal(status, SIFT_OK);
  while ((status = sift_state_next(reader, &space)) == SIFT_OK) {
    size_t at = told->spaces++;
    assert_true(at < 8);
    told->evidence[at] = space->evidence_count;
    told->lines += space->lines;
    snprintf(told->names[at], sizeof told->names[at], "%.*s", (int)space->name.len, space->name.data);
    if (space->evidence_count > 0) {
      told->last[at] = space->evidence[0].last;
      assert_string_equal(space->evidence[0].last.source, SIFT_FACTS_SOURCE);
    }
  }
  assert_int_equal(status, SIFT_END);
  const struct sift_fleet *fleet = sift_state_reader_fleet(reader);
  told->windows += fleet->window_count;
  told->lines += fleet->lines;
  told->shards += fleet->shards;
  sift_state_reader_free(reader);
}

static void tell(struct sift_facts *facts, struct told *told) {
  struct sift_facts_tally *tally = NULL;
  *told = (struct told){0};
  assert_int_equal(sift_facts_seal(facts), SIFT_OK);
  assert_int_equal(sift_facts_tally_new(&tally, database, facts, NOW), SIFT_OK);
  size_t count = 0;
  const struct sift_run *runs = sift_facts_tally_runs(tally, &count);
  for (size_t i = 0; i < count; i++) {
    read_run(&runs[i], told);
  }
  sift_facts_tally_free(tally);
  sift_facts_free(facts);
}

static struct sift_facts *fresh(void) {
  struct sift_facts *facts = NULL;
  assert_int_equal(sift_facts_new(&facts), SIFT_OK);
  return facts;
}

static void every_space_is_there_and_no_line_is_counted(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  struct told told;
  know(facts, "b/two", "Exit code: 1. Reason:\nNo module named 'torch'\nWarning: so it is", SIFT_TIME_NONE);
  know(facts, "a/one", "", SIFT_TIME_NONE);
  tell(facts, &told);
  assert_int_equal(told.spaces, 2);
  assert_string_equal(told.names[0], "a/one");
  assert_int_equal(told.evidence[0], 0);
  assert_string_equal(told.names[1], "b/two");
  assert_int_equal(told.evidence[1], 2);
  assert_int_equal(told.last[1].time_ns, NOW);
  assert_int_equal(told.lines, 0);
  assert_int_equal(told.shards, 0);
}

/* Rules of other channels do not see it. */
static void a_message_is_of_channel_platform(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  struct told told;
  know(facts, "a/one", "slow", SIFT_TIME_NONE);
  tell(facts, &told);
  assert_int_equal(told.evidence[0], 0);
}

static void only_what_has_a_time_strikes(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  struct told told;
  know(facts, "a/one", "Memory limit exceeded", SIFT_TIME_NONE);
  tell(facts, &told);
  assert_int_equal(told.evidence[0], 1);
  assert_int_equal(told.windows, 0);
  facts = fresh();
  know(facts, "a/one", "Memory limit exceeded", NOW - SECOND);
  tell(facts, &told);
  assert_int_equal(told.last[0].time_ns, NOW - SECOND);
  assert_int_equal(told.windows, 1);
}

/* One time for all is that of the listing. */
static void a_stamped_listing_strikes_nothing(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  struct told told;
  know(facts, "a/one", "Memory limit exceeded", NOW - SECOND);
  know(facts, "b/two", "Memory limit exceeded", NOW - SECOND);
  tell(facts, &told);
  assert_int_equal(told.windows, 0);
  assert_int_equal(told.last[0].time_ns, NOW - SECOND);
  facts = fresh();
  know(facts, "a/one", "Memory limit exceeded", NOW);
  know(facts, "b/two", "Memory limit exceeded", NOW + SECOND);
  tell(facts, &told);
  assert_int_equal(told.windows, 1);
}

/* A message tells of one failure, even where it quotes the head of a log. */
static void a_message_begins_no_attempt(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  struct told told;
  know(facts, "a/one", "No module named 'torch'\n===== Application Startup =====", SIFT_TIME_NONE);
  tell(facts, &told);
  assert_int_equal(told.evidence[0], 1);
}

static void messages_beyond_one_batch_are_all_read(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  static char message[SIFT_FACT_MESSAGE_BYTES_MAX + 1];
  static char name[16];
  memset(message, 'x', SIFT_FACT_MESSAGE_BYTES_MAX);
  memcpy(message + SIFT_FACT_MESSAGE_BYTES_MAX - 32, "\nNo module named 'torch'\n........", 32);
  for (int i = 0; i < 6000; i++) {
    snprintf(name, sizeof name, "s/%05d", i);
    know(facts, name, i % 100 == 0 ? message : "", SIFT_TIME_NONE);
  }
  assert_int_equal(sift_facts_seal(facts), SIFT_OK);
  struct sift_facts_tally *tally = NULL;
  assert_int_equal(sift_facts_tally_new(&tally, database, facts, NOW), SIFT_OK);
  size_t count = 0;
  const struct sift_run *runs = sift_facts_tally_runs(tally, &count);
  size_t spaces = 0;
  size_t struck = 0;
  for (size_t i = 0; i < count; i++) {
    struct sift_state_bytes bytes = {sift_span(runs[i].bytes, runs[i].size)};
    struct sift_state_reader *reader = NULL;
    const struct sift_space *space = NULL;
    assert_int_equal(sift_state_reader_new(&reader, sift_state_bytes_input(&bytes)), SIFT_OK);
    while (sift_state_next(reader, &space) == SIFT_OK) {
      spaces++;
      struck += space->evidence_count > 0;
    }
    sift_state_reader_free(reader);
  }
  assert_int_equal(spaces, 6000);
  assert_int_equal(struck, 60);
  sift_facts_tally_free(tally);
  sift_facts_free(facts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(every_space_is_there_and_no_line_is_counted),
      TEST(a_message_is_of_channel_platform),
      TEST(only_what_has_a_time_strikes),
      TEST(a_stamped_listing_strikes_nothing),
      TEST(a_message_begins_no_attempt),
      TEST(messages_beyond_one_batch_are_all_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
