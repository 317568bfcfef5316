#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/facts.h"
#include "engine/space.h"

static struct sift_facts *fresh(void) {
  struct sift_facts *facts = NULL;
  assert_int_equal(sift_facts_new(&facts), SIFT_OK);
  return facts;
}

static void check_text(struct sift_span span, const char *text) {
  assert_int_equal(span.len, strlen(text));
  assert_memory_equal(span.data, text, span.len);
}

static struct sift_fact_sheet sheet_of(const char *space, int64_t time_ns, const char *stage) {
  struct sift_fact_sheet sheet = {.space = sift_span_of(space), .time_ns = time_ns};
  sheet.values[SIFT_FACT_STAGE] = sift_span_of(stage);
  return sheet;
}

static void add(struct sift_facts *facts, const struct sift_fact_sheet *sheet, bool doubled, bool contradicts) {
  bool was_doubled = !doubled;
  bool did_contradict = !contradicts;
  assert_int_equal(sift_facts_add(facts, sheet, &was_doubled, &did_contradict), SIFT_OK);
  assert_int_equal(was_doubled, doubled);
  assert_int_equal(did_contradict, contradicts);
}

static struct sift_fact_sheet found(const struct sift_facts *facts, const char *space) {
  struct sift_fact_sheet sheet;
  size_t index = sift_facts_find(facts, sift_span_of(space));
  assert_true(index < sift_facts_count(facts));
  sift_facts_at(facts, index, &sheet);
  check_text(sheet.space, space);
  return sheet;
}

static void names_lead_back_to_their_facts(void **state) {
  (void)state;
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    enum sift_fact fact = SIFT_FACTS;
    assert_true(sift_fact_parse(sift_span_of(sift_fact_name((enum sift_fact)i)), &fact));
    assert_int_equal(fact, i);
  }
  enum sift_fact fact = SIFT_FACT_SDK;
  assert_false(sift_fact_parse(sift_span_of("Stage"), &fact));
  assert_false(sift_fact_parse(sift_span_of(""), &fact));
  assert_false(sift_fact_parse(sift_span_of("stag"), &fact));
  assert_int_equal(fact, SIFT_FACT_SDK);
}

static void of_no_sheets_nothing_is_known(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  assert_int_equal(sift_facts_seal(facts), SIFT_OK);
  assert_int_equal(sift_facts_count(facts), 0);
  assert_true(sift_facts_find(facts, sift_span_of("o/n")) == SIZE_MAX);
  sift_facts_free(facts);
  sift_facts_free(NULL);
}

static void a_sheet_comes_back_as_it_was_given(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  char space[] = "owner/name";
  struct sift_fact_sheet sheet = {.space = sift_span_of(space), .time_ns = 77};
  char texts[SIFT_FACTS][20];
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    snprintf(texts[i], sizeof texts[i], "value %u", i);
    sheet.values[i] = sift_span_of(texts[i]);
  }
  sheet.values[SIFT_FACT_SDK] = sift_span(NULL, 0);
  add(facts, &sheet, false, false);
  memset(texts, 'x', sizeof texts);
  memset(space, 'x', sizeof space);
  assert_int_equal(sift_facts_seal(facts), SIFT_OK);
  struct sift_fact_sheet got = found(facts, "owner/name");
  assert_int_equal(got.time_ns, 77);
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    char expected[20];
    snprintf(expected, sizeof expected, "value %u", i);
    check_text(got.values[i], i == SIFT_FACT_SDK ? "" : expected);
    assert_non_null(got.values[i].data);
  }
  sift_facts_free(facts);
}

static void one_commit_for_both_stays_both(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  const char *const commits[][2] = {{"abc", "abc"}, {"abc", "abd"}, {"abc", ""}, {"", "abc"}};
  for (int i = 0; i < 4; i++) {
    char space[8];
    snprintf(space, sizeof space, "o/%d", i);
    struct sift_fact_sheet sheet = sheet_of(space, SIFT_TIME_NONE, "RUNNING");
    sheet.values[SIFT_FACT_COMMIT] = sift_span_of(commits[i][0]);
    sheet.values[SIFT_FACT_REPO_COMMIT] = sift_span_of(commits[i][1]);
    sheet.values[SIFT_FACT_ABUSE] = sift_span_of("false");
    add(facts, &sheet, false, false);
  }
  assert_int_equal(sift_facts_seal(facts), SIFT_OK);
  for (size_t i = 0; i < 4; i++) {
    struct sift_fact_sheet got;
    sift_facts_at(facts, i, &got);
    check_text(got.values[SIFT_FACT_COMMIT], commits[i][0]);
    check_text(got.values[SIFT_FACT_REPO_COMMIT], commits[i][1]);
    check_text(got.values[SIFT_FACT_ABUSE], "false");
  }
  sift_facts_free(facts);
}

static void sheets_are_in_order_of_their_names(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  const char *const names[] = {"b/a", "a/b", "a/", "\xff/z", "a-c/d", "a/bc"};
  const char *const order[] = {"a-c/d", "a/", "a/b", "a/bc", "b/a", "\xff/z"};
  for (int i = 0; i < 6; i++) {
    struct sift_fact_sheet sheet = sheet_of(names[i], SIFT_TIME_NONE, names[i]);
    add(facts, &sheet, false, false);
  }
  assert_int_equal(sift_facts_seal(facts), SIFT_OK);
  assert_int_equal(sift_facts_count(facts), 6);
  for (size_t i = 0; i < 6; i++) {
    struct sift_fact_sheet got;
    sift_facts_at(facts, i, &got);
    check_text(got.space, order[i]);
    check_text(got.values[SIFT_FACT_STAGE], order[i]);
    assert_int_equal(sift_facts_find(facts, sift_span_of(order[i])), i);
  }
  assert_true(sift_facts_find(facts, sift_span_of("a/bcd")) == SIZE_MAX);
  sift_facts_free(facts);
}

static void the_later_sheet_counts_whole(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  struct sift_fact_sheet none = sheet_of("o/n", SIFT_TIME_NONE, "BUILDING");
  none.values[SIFT_FACT_SDK] = sift_span_of("docker");
  struct sift_fact_sheet late = sheet_of("o/n", 20, "RUNNING");
  struct sift_fact_sheet early = sheet_of("o/n", 10, "PAUSED");
  struct sift_fact_sheet again = sheet_of("o/n", 20, "STOPPED");
  add(facts, &none, false, false);
  add(facts, &none, true, false);
  add(facts, &late, true, true);
  add(facts, &early, true, false); /* an earlier stage is history, not a contradiction */
  add(facts, &none, true, true);
  assert_int_equal(sift_facts_count(facts), 1);
  add(facts, &again, true, true);
  assert_int_equal(sift_facts_seal(facts), SIFT_OK);
  struct sift_fact_sheet got = found(facts, "o/n");
  check_text(got.values[SIFT_FACT_STAGE], "STOPPED");
  check_text(got.values[SIFT_FACT_SDK], "");
  assert_int_equal(got.time_ns, 20);
  sift_facts_free(facts);
}

static void what_only_one_of_two_sheets_knows_contradicts_nothing(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  struct sift_fact_sheet sheet = sheet_of("o/n", 5, "RUNNING");
  add(facts, &sheet, false, false);
  sheet.values[SIFT_FACT_SDK] = sift_span_of("docker");
  add(facts, &sheet, true, false);
  sheet.values[SIFT_FACT_SDK] = sift_span_of("gradio");
  add(facts, &sheet, true, true);
  sift_facts_free(facts);
}

static void long_texts_are_cut_between_characters(void **state) {
  (void)state;
  struct sift_facts *facts = fresh();
  static char message[SIFT_FACT_MESSAGE_BYTES_MAX + 10];
  char value[SIFT_FACT_BYTES_MAX + 10];
  char space[SIFT_FACT_BYTES_MAX + 10];
  memset(message, 'm', sizeof message);
  memset(value, 'v', sizeof value);
  memset(space, 's', sizeof space);
  message[SIFT_FACT_MESSAGE_BYTES_MAX - 1] = '\xc3';
  message[SIFT_FACT_MESSAGE_BYTES_MAX] = '\xa9';
  for (int i = 0; i < 3; i++) {
    value[SIFT_FACT_BYTES_MAX - 2 + i] = "\xe2\x82\xac"[i];
  }
  struct sift_fact_sheet sheet = {.space = sift_span(space, sizeof space), .time_ns = 1};
  for (unsigned i = 0; i < SIFT_FACTS; i++) {
    sheet.values[i] =
        i == SIFT_FACT_ERROR_MESSAGE ? sift_span(message, sizeof message) : sift_span(value, i % 2 == 0 ? sizeof value : 3);
  }
  sheet.values[SIFT_FACT_COMMIT] = sift_span(value, sizeof value);
  add(facts, &sheet, false, false);
  add(facts, &sheet, true, false);
  assert_int_equal(sift_facts_seal(facts), SIFT_OK);
  struct sift_fact_sheet got;
  sift_facts_at(facts, 0, &got);
  assert_int_equal(got.space.len, SIFT_FACT_BYTES_MAX);
  assert_int_equal(got.values[SIFT_FACT_ERROR_MESSAGE].len, SIFT_FACT_MESSAGE_BYTES_MAX - 1);
  assert_memory_equal(got.values[SIFT_FACT_ERROR_MESSAGE].data, message, SIFT_FACT_MESSAGE_BYTES_MAX - 1);
  assert_int_equal(got.values[SIFT_FACT_STAGE].len, SIFT_FACT_BYTES_MAX - 2);
  assert_int_equal(got.values[SIFT_FACT_COMMIT].len, SIFT_FACT_BYTES_MAX - 2);
  assert_int_equal(got.values[SIFT_FACT_DISABLED].len, SIFT_FACT_BYTES_MAX - 2);
  sift_facts_free(facts);
}

/* More distinct texts than are held in common, sheets that grow and shrink, and a plain table beside to compare with. */
static void many_sheets_are_what_a_plain_table_holds(void **state) {
  (void)state;
  enum { SPACES = 3000, ROUNDS = 40000 };
  static char stages[SPACES][300];
  static int64_t times[SPACES];
  struct sift_facts *facts = fresh();
  unsigned seed = 5;
  for (int i = 0; i < SPACES; i++) {
    stages[i][0] = '\0';
  }
  for (int round = 0; round < ROUNDS; round++) {
    int i = rand_r(&seed) % SPACES;
    char name[24];
    char stage[300];
    snprintf(name, sizeof name, "owner-%d/n", i);
    snprintf(stage, sizeof stage, "%d%*s", rand_r(&seed) % 20000, rand_r(&seed) % 200, "S");
    int64_t time_ns = rand_r(&seed) % 100;
    struct sift_fact_sheet sheet = sheet_of(name, time_ns, stage);
    sheet.values[SIFT_FACT_REPO_COMMIT] = sift_span_of(name);
    bool known = stages[i][0] != '\0';
    add(facts, &sheet, known, known && time_ns == times[i] && strcmp(stage, stages[i]) != 0);
    if (!known || time_ns >= times[i]) {
      memcpy(stages[i], stage, sizeof stage);
      times[i] = time_ns;
    }
  }
  assert_int_equal(sift_facts_seal(facts), SIFT_OK);
  for (int i = 0; i < SPACES; i++) {
    char name[24];
    snprintf(name, sizeof name, "owner-%d/n", i);
    if (stages[i][0] == '\0') {
      assert_true(sift_facts_find(facts, sift_span_of(name)) == SIZE_MAX);
      continue;
    }
    struct sift_fact_sheet got = found(facts, name);
    check_text(got.values[SIFT_FACT_STAGE], stages[i]);
    check_text(got.values[SIFT_FACT_REPO_COMMIT], name);
    assert_int_equal(got.time_ns, times[i]);
  }
  sift_facts_free(facts);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_lead_back_to_their_facts),
      cmocka_unit_test(of_no_sheets_nothing_is_known),
      cmocka_unit_test(a_sheet_comes_back_as_it_was_given),
      cmocka_unit_test(one_commit_for_both_stays_both),
      cmocka_unit_test(sheets_are_in_order_of_their_names),
      cmocka_unit_test(the_later_sheet_counts_whole),
      cmocka_unit_test(what_only_one_of_two_sheets_knows_contradicts_nothing),
      cmocka_unit_test(long_texts_are_cut_between_characters),
      cmocka_unit_test(many_sheets_are_what_a_plain_table_holds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
