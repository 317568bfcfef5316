#include "tests/unit/triage_fixture.h"

#include "ingest/serve/shelf.h"
#include "tests/unit/view_support.h"

static struct view_world world;

static struct sift_shelf *fill(const struct sift_state_buffer *state, uint64_t spaces_max) {
  struct sift_state_bytes bytes = {sift_span(state->bytes, state->size)};
  struct sift_state_reader *reader = NULL;
  struct sift_state_merger *merger = NULL;
  struct sift_shelf *shelf = NULL;
  assert_int_equal(sift_state_reader_new(&reader, sift_state_bytes_input(&bytes)), SIFT_OK);
  assert_int_equal(sift_state_merger_new(&merger, &reader, 1, spaces_max), SIFT_OK);
  assert_int_equal(sift_shelf_fill(&shelf, merger, &world.header, world.fixture.ruleset), SIFT_OK);
  sift_state_merger_free(merger);
  sift_state_reader_free(reader);
  return shelf;
}

static void test_blocks_hold_a_thousand_and_read_as_one(void **state) {
  (void)state;
  struct sift_state_buffer whole = view_state(&world, view_pick_all, NULL);
  struct sift_shelf *shelf = fill(&whole, UINT64_MAX);
  struct sift_shelf_cursor cursor = {.shelf = shelf};
  const struct sift_space *space = NULL;
  enum sift_status status;
  char last[64] = "";
  size_t count = 0;
  size_t bytes = 0;
  while ((status = sift_shelf_next(&cursor, &space)) == SIFT_OK) {
    assert_true(sift_span_compare(sift_span_of(last), space->name) < 0);
    snprintf(last, sizeof last, "%.*s", (int)space->name.len, space->name.data);
    if (count % SIFT_SHELF_BLOCK_SPACES == 0) {
      assert_true(sift_span_equal(shelf->blocks[count / SIFT_SHELF_BLOCK_SPACES].first, space->name));
    }
    count++;
  }
  assert_int_equal(status, SIFT_END);
  assert_int_equal(shelf->block_count, (count + SIFT_SHELF_BLOCK_SPACES - 1) / SIFT_SHELF_BLOCK_SPACES);
  assert_int_equal(shelf->block_count, 3);
  assert_int_equal(shelf->crowd.spaces, count - 1); /* "-" aside */
  for (size_t i = 0; i < shelf->block_count; i++) {
    bytes += shelf->blocks[i].state.size;
  }
  assert_int_equal(shelf->bytes, bytes);
  assert_int_equal(shelf->fleet.hits, VIEW_HITS);
  sift_shelf_cursor_release(&cursor);
  sift_shelf_release(shelf);
  sift_state_buffer_release(&whole);
}

static void assert_found(struct sift_shelf_cursor *cursor, const char *name, bool there) {
  const struct sift_space *space = NULL;
  enum sift_status status = sift_shelf_seek(cursor, sift_span_of(name), &space);
  assert_int_equal(status, there ? SIFT_OK : SIFT_END);
  if (there) {
    assert_true(sift_span_equal(space->name, sift_span_of(name)));
  } else {
    assert_null(space);
  }
}

static void test_names_are_found_in_any_order(void **state) {
  (void)state;
  struct sift_state_buffer whole = view_state(&world, view_pick_all, NULL);
  struct sift_shelf *shelf = fill(&whole, UINT64_MAX);
  struct sift_shelf_cursor cursor = {.shelf = shelf};
  bool there[VIEW_NAMES] = {false};
  char name[32];
  for (size_t i = 0; i < VIEW_HITS; i++) {
    there[world.hits[i].name] = true;
  }
  for (unsigned i = 0; i < VIEW_NAMES; i++) { /* rising: one pass over each block */
    view_name(name, i);
    assert_found(&cursor, name, there[i]);
    assert_found(&cursor, name, there[i]); /* again */
  }
  for (unsigned i = 1999; i > 1900; i--) {
    view_name(name, i);
    assert_found(&cursor, name, there[i]);
  }
  assert_found(&cursor, "", false);
  assert_found(&cursor, "+", false);
  assert_found(&cursor, "zzz", false);
  assert_found(&cursor, "-", there[0]);
  sift_shelf_cursor_release(&cursor);
  sift_shelf_release(shelf);
  sift_state_buffer_release(&whole);
}

static void test_the_last_holder_frees(void **state) {
  (void)state;
  struct sift_state_buffer whole = view_state(&world, view_pick_all, NULL);
  struct sift_shelf *shelf = fill(&whole, 500);
  assert_int_equal(shelf->crowd.spaces, 500); /* the overflow Space is none */
  struct sift_shelf *again = sift_shelf_acquire(shelf);
  sift_shelf_release(shelf);
  struct sift_shelf_cursor cursor = {.shelf = again};
  assert_found(&cursor, SIFT_OVERFLOW_NAME, true);
  sift_shelf_cursor_release(&cursor);
  sift_shelf_release(again);
  sift_shelf_release(NULL);
  sift_state_buffer_release(&whole);
}

static void test_damage_leaves_nothing_behind(void **state) {
  (void)state;
  struct sift_state_buffer whole = view_state(&world, view_pick_all, NULL);
  struct sift_state_bytes bytes = {sift_span(whole.bytes, whole.size - 40)};
  struct sift_state_reader *reader = NULL;
  struct sift_state_merger *merger = NULL;
  struct sift_shelf *shelf = NULL;
  assert_int_equal(sift_state_reader_new(&reader, sift_state_bytes_input(&bytes)), SIFT_OK);
  assert_int_equal(sift_state_merger_new(&merger, &reader, 1, UINT64_MAX), SIFT_OK);
  assert_int_equal(sift_shelf_fill(&shelf, merger, &world.header, world.fixture.ruleset), SIFT_ETRUNCATED);
  assert_null(shelf);
  sift_state_merger_free(merger);
  sift_state_reader_free(reader);
  sift_state_buffer_release(&whole);
}

static int begin_world(void **state) {
  (void)state;
  view_world_begin(&world, 2463534242u);
  return 0;
}

static int end_world(void **state) {
  (void)state;
  view_world_end(&world);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_blocks_hold_a_thousand_and_read_as_one),
      cmocka_unit_test(test_names_are_found_in_any_order),
      cmocka_unit_test(test_the_last_holder_frees),
      cmocka_unit_test(test_damage_leaves_nothing_behind),
  };
  return cmocka_run_group_tests(tests, begin_world, end_world);
}
