#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ingest/serve/lookout.h"
#include "tests/unit/serve_support.h"

#define ONE "{\"id\":\"a/b\",\"stage\":\"RUNNING\"}\n"
#define TWO ONE "{\"id\":\"a/c\",\"stage\":\"BUILDING\"}\n"
#define PAGE(state)                                                                                                                \
  "{\"data\":{\"attributes\":{\"aggregate_state\":\"" state                                                                        \
  "\"}},\"included\":[{\"type\":\"status_page_resource\",\"attributes\":"                                                          \
  "{\"public_name\":\"Spaces\",\"status\":\"" state "\"}}]}"

struct world {
  char directory[TEST_PATH_BYTES], facts[2 * TEST_PATH_BYTES], status[2 * TEST_PATH_BYTES];
  char error[SIFT_LOOKOUT_ERROR_BYTES];
  struct sift_server_counters counters;
  struct sift_note *note;
  struct sift_lookout *lookout;
};

static int set_up(void **state) {
  struct world *world = calloc(1, sizeof *world);
  make_directory(world->directory);
  snprintf(world->facts, sizeof world->facts, "%s/facts.json", world->directory);
  snprintf(world->status, sizeof world->status, "%s/status.json", world->directory);
  world->note = sift_note_new(SIFT_NOTE_ERROR, false);
  *state = world;
  return 0;
}

static int tear_down(void **state) {
  struct world *world = *state;
  sift_lookout_free(world->lookout);
  sift_note_free(world->note);
  remove_directory(world->directory);
  free(world);
  return 0;
}

static void put(struct world *world, const char *name, const char *text) {
  write_bytes_to(world->directory, name, text, strlen(text));
}

static enum sift_status begin(struct world *world, bool facts, bool status) {
  const struct sift_lookout_config config = {.facts = facts ? world->facts : NULL,
                                             .status = status ? world->status : NULL,
                                             .note = world->note,
                                             .counters = &world->counters};
  return sift_lookout_new(&world->lookout, &config, world->error);
}

static size_t spaces(const struct world *world) {
  return sift_facts_count(sift_lookout_facts(world->lookout)->facts);
}

static void pass_time(void) {
  const struct timespec pause = {SIFT_LOOKOUT_MS / 1000, SIFT_LOOKOUT_MS % 1000 * 1000000 + 20000000};
  nanosleep(&pause, NULL);
}

static void what_is_given_is_read_at_once(void **state) {
  struct world *world = *state;
  put(world, "facts.json", TWO);
  put(world, "status.json", PAGE("downtime"));
  assert_int_equal(begin(world, true, true), SIFT_OK);
  assert_int_equal(spaces(world), 2);
  const struct sift_status_page *page = sift_lookout_page(world->lookout)->page;
  assert_int_equal(sift_status_page_component(page, sift_span_of("Spaces"))->state, SIFT_COMPONENT_DOWNTIME);
  assert_int_equal(world->counters.facts.good, 1);
  assert_int_equal(world->counters.status.good, 1);
  assert_int_equal(world->counters.facts_spaces, 2);
  assert_true(world->counters.facts.written_ns > 0);
  assert_int_equal(world->counters.facts.bad + world->counters.status.bad, 0);
}

static void what_is_not_given_is_null(void **state) {
  struct world *world = *state;
  put(world, "status.json", PAGE("operational"));
  assert_int_equal(begin(world, false, true), SIFT_OK);
  assert_null(sift_lookout_facts(world->lookout));
  assert_non_null(sift_lookout_page(world->lookout));
  assert_true(sift_lookout_look(world->lookout, true));
  assert_int_equal(world->counters.facts.good, 0);
  assert_int_equal(world->counters.status.good, 2);
}

static void a_first_reading_that_fails_is_an_error(void **state) {
  struct world *world = *state;
  char expected[3 * TEST_PATH_BYTES];
  assert_int_equal(begin(world, true, false), SIFT_EIO);
  snprintf(expected, sizeof expected, "%s cannot be used: what is wrong with it stands above", world->facts);
  assert_string_equal(world->error, expected);
  assert_null(world->lookout);
  put(world, "facts.json", ONE);
  put(world, "status.json", "<html>");
  assert_int_equal(begin(world, true, true), SIFT_EFORMAT);
  assert_non_null(strstr(world->error, "status.json cannot be used"));
}

/* Opening a pipe would wait for a writer. */
static void what_is_no_regular_file_is_refused(void **state) {
  struct world *world = *state;
  assert_int_equal(mkfifo(world->facts, 0600), 0);
  assert_int_equal(begin(world, true, false), SIFT_EIO);
  assert_non_null(strstr(world->error, "facts.json cannot be used"));
}

static void a_file_is_looked_at_only_so_often(void **state) {
  struct world *world = *state;
  put(world, "facts.json", ONE);
  assert_int_equal(begin(world, true, false), SIFT_OK);
  struct sift_factbox *before = sift_factbox_acquire(sift_lookout_facts(world->lookout));
  put(world, "facts.json", TWO);
  assert_false(sift_lookout_look(world->lookout, false)); /* it was looked at just now */
  assert_int_equal(spaces(world), 1);
  pass_time();
  assert_true(sift_lookout_look(world->lookout, false));
  assert_int_equal(spaces(world), 2);
  assert_int_equal(sift_facts_count(before->facts), 1); /* who holds the old keeps it */
  sift_factbox_release(before);
  pass_time();
  assert_false(sift_lookout_look(world->lookout, false)); /* nothing changed */
  assert_int_equal(world->counters.facts.good, 2);
  assert_int_equal(world->counters.facts_spaces, 2);
}

static void who_asks_gets_all_read_at_once(void **state) {
  struct world *world = *state;
  put(world, "facts.json", ONE);
  assert_int_equal(begin(world, true, false), SIFT_OK);
  put(world, "facts.json", TWO);
  assert_true(sift_lookout_look(world->lookout, true));
  assert_int_equal(spaces(world), 2);
  assert_true(sift_lookout_look(world->lookout, true));
  assert_int_equal(world->counters.facts.good, 3);
}

/* Of one size and time, another inode. */
static void a_file_that_is_renamed_into_place_is_seen(void **state) {
  struct world *world = *state;
  char other[2 * TEST_PATH_BYTES];
  const struct timespec times[2] = {{1769853600, 0}, {1769853600, 0}};
  snprintf(other, sizeof other, "%s/other.json", world->directory);
  put(world, "facts.json", "{\"id\":\"a/b\",\"stage\":\"PAUSED\"}");
  put(world, "other.json", "{\"id\":\"a/c\",\"stage\":\"PAUSED\"}");
  assert_int_equal(utimensat(AT_FDCWD, world->facts, times, 0), 0);
  assert_int_equal(utimensat(AT_FDCWD, other, times, 0), 0);
  assert_int_equal(begin(world, true, false), SIFT_OK);
  assert_true(world->counters.facts.written_ns == INT64_C(1769853600000000000));
  assert_int_equal(rename(other, world->facts), 0);
  pass_time();
  assert_true(sift_lookout_look(world->lookout, false));
  assert_int_equal(sift_facts_find(sift_lookout_facts(world->lookout)->facts, sift_span_of("a/c")), 0);
}

static void what_is_broken_leaves_the_old_in_force_and_is_told_once(void **state) {
  struct world *world = *state;
  static const char *const broken[] = {"<html>no such page</html>", "", "[{\"id\":\"a/x\",\"stage\":\"RUNNING\"},{\"id\":\"a/",
                                       "[1, 2]"};
  put(world, "facts.json", TWO);
  assert_int_equal(begin(world, true, false), SIFT_OK);
  int64_t written_ns = world->counters.facts.written_ns;
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    put(world, "facts.json", broken[i]);
    assert_false(sift_lookout_look(world->lookout, true));
    assert_int_equal(world->counters.facts.bad, i + 1);
  }
  unlink(world->facts);
  assert_false(sift_lookout_look(world->lookout, true));
  assert_int_equal(world->counters.facts.bad, 5);
  assert_int_equal(spaces(world), 2);
  assert_true(world->counters.facts.written_ns == written_ns);
  pass_time();
  assert_false(sift_lookout_look(world->lookout, false)); /* still not there: that is known */
  assert_int_equal(world->counters.facts.bad, 5);
  put(world, "facts.json", "[]");
  assert_true(sift_lookout_look(world->lookout, true)); /* nothing is known of any Space: a listing may say so */
  assert_int_equal(spaces(world), 0);
  assert_int_equal(world->counters.facts_spaces, 0);
}

static void one_file_does_not_hold_up_the_other(void **state) {
  struct world *world = *state;
  put(world, "facts.json", ONE);
  put(world, "status.json", PAGE("operational"));
  assert_int_equal(begin(world, true, true), SIFT_OK);
  put(world, "facts.json", TWO);
  put(world, "status.json", "{}");
  assert_true(sift_lookout_look(world->lookout, true));
  assert_int_equal(spaces(world), 2);
  assert_int_equal(world->counters.status.bad, 1);
  assert_non_null(sift_status_page_component(sift_lookout_page(world->lookout)->page, sift_span_of("Spaces")));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(what_is_given_is_read_at_once),
      TEST(what_is_not_given_is_null),
      TEST(a_first_reading_that_fails_is_an_error),
      TEST(what_is_no_regular_file_is_refused),
      TEST(a_file_is_looked_at_only_so_often),
      TEST(who_asks_gets_all_read_at_once),
      TEST(a_file_that_is_renamed_into_place_is_seen),
      TEST(what_is_broken_leaves_the_old_in_force_and_is_told_once),
      TEST(one_file_does_not_hold_up_the_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
