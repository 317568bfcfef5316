#include "tests/unit/triage_fixture.h"

#include "tests/unit/view_support.h"

enum { PARTS = 5 };

static struct view_world world;

static bool in_part(void *context, size_t index) {
  return world.hits[index].offset % PARTS == *(size_t *)context;
}

static struct sift_view_input input_of(struct sift_view *base, const struct sift_run *runs, size_t count) {
  return (struct sift_view_input){.base = base,
                                  .runs = runs,
                                  .run_count = count,
                                  .rules = view_world_rules(&world),
                                  .spaces_max = UINT64_MAX,
                                  .now_ns = SIFT_TIME_NONE};
}

static struct sift_view *build(const struct sift_view_input *input) {
  struct sift_view *view = NULL;
  assert_int_equal(sift_view_build(&view, input), SIFT_OK);
  return view;
}

static struct sift_state_buffer bytes_of(struct sift_view *view) {
  struct sift_state_buffer state = {0};
  assert_int_equal(sift_view_write(view, sift_state_buffer_output(&state)), SIFT_OK);
  return state;
}

static void assert_same(const struct sift_state_buffer *a, const struct sift_state_buffer *b) {
  assert_int_equal(a->size, b->size);
  assert_memory_equal(a->bytes, b->bytes, a->size);
}

/* What `spacesift merge` does. */
static struct sift_state_buffer merged(const struct sift_run *runs, size_t count, uint64_t spaces_max) {
  struct sift_state_bytes bytes[PARTS];
  struct sift_state_reader *readers[PARTS];
  struct sift_state_merger *merger = NULL;
  struct sift_state_writer *writer = NULL;
  struct sift_state_buffer out = {0};
  const struct sift_space *space = NULL;
  enum sift_status status;
  for (size_t i = 0; i < count; i++) {
    bytes[i] = (struct sift_state_bytes){sift_span(runs[i].bytes, runs[i].size)};
    assert_int_equal(sift_state_reader_new(&readers[i], sift_state_bytes_input(&bytes[i])), SIFT_OK);
  }
  assert_int_equal(sift_state_merger_new(&merger, readers, count, spaces_max), SIFT_OK);
  assert_int_equal(sift_state_writer_new(&writer, sift_state_buffer_output(&out), &world.header), SIFT_OK);
  while ((status = sift_state_merger_next(merger, &space)) == SIFT_OK) {
    assert_int_equal(sift_state_write(writer, space), SIFT_OK);
  }
  assert_int_equal(status, SIFT_END);
  assert_int_equal(sift_state_finish(writer, sift_state_merger_fleet(merger)), SIFT_OK);
  sift_state_writer_free(writer);
  sift_state_merger_free(merger);
  for (size_t i = 0; i < count; i++) {
    sift_state_reader_free(readers[i]);
  }
  return out;
}

static void check_splits(uint64_t spaces_max) {
  struct sift_state_buffer parts[PARTS];
  struct sift_run runs[PARTS];
  for (size_t i = 0; i < PARTS; i++) {
    parts[i] = view_state(&world, in_part, &i);
    runs[i] = view_run(&parts[i]);
  }
  struct sift_state_buffer want = merged(runs, PARTS, spaces_max);
  for (size_t first = 0; first <= PARTS; first++) {
    struct sift_view_input begin = input_of(NULL, runs, first);
    begin.spaces_max = spaces_max;
    struct sift_view *base = build(&begin);
    struct sift_view_input rest = input_of(base, runs + first, PARTS - first);
    rest.spaces_max = spaces_max;
    struct sift_view *view = build(&rest);
    struct sift_state_buffer got = bytes_of(view);
    assert_same(&got, &want);
    sift_state_buffer_release(&got);
    sift_view_release(base);
    sift_view_release(view);
  }
  sift_state_buffer_release(&want);
  for (size_t i = 0; i < PARTS; i++) {
    sift_state_buffer_release(&parts[i]);
  }
}

static void test_any_split_gives_the_mergers_state(void **state) {
  (void)state;
  check_splits(UINT64_MAX);
}

static void test_a_cap_on_spaces_folds_as_the_merger_does(void **state) {
  (void)state;
  check_splits(700);
}

static void test_a_copy_in_small_steps_is_the_same(void **state) {
  (void)state;
  struct sift_view *view = view_of_all(&world);
  struct sift_state_buffer want = bytes_of(view);
  struct sift_state_buffer got = {0};
  struct sift_view_copy *copy = NULL;
  enum sift_status status;
  assert_int_equal(sift_view_copy_new(&copy, view, sift_state_buffer_output(&got)), SIFT_OK);
  size_t steps = 0;
  while ((status = sift_view_copy_step(copy, 7)) == SIFT_OK) {
    steps++;
  }
  assert_int_equal(status, SIFT_END);
  assert_true(steps > VIEW_NAMES / 10);
  sift_view_copy_free(copy);
  assert_same(&got, &want);
  sift_state_buffer_release(&got);
  sift_state_buffer_release(&want);
  sift_view_release(view);
}

static void test_every_space_of_the_index_is_found_and_judged_alike(void **state) {
  (void)state;
  struct sift_view *view = view_of_all(&world);
  struct sift_view_look *look = NULL;
  size_t count = 0;
  const struct sift_view_entry *entries = sift_view_entries(view, &count);
  assert_true(count > 2000);
  assert_int_equal(sift_view_look_new(&look, view), SIFT_OK);
  for (size_t i = 0; i < count; i++) {
    const struct sift_view_entry *entry = &entries[(i * 997) % count]; /* not in order: 997 is prime */
    const struct sift_space *space = NULL;
    const struct sift_verdict *verdict = NULL;
    assert_int_equal(sift_view_look_at(look, entry->name, &space, &verdict), SIFT_OK);
    assert_true(sift_span_equal(space->name, entry->name));
    assert_string_equal(verdict->id, entry->verdict);
    assert_int_equal(verdict->severity, entry->severity);
    assert_int_equal(space->last.time_ns, entry->newest_ns);
    assert_ptr_equal(sift_view_entry(view, entry->name), entry);
    i += i > 300 ? 20 : 0;
  }
  const char *strangers[] = {"", "+", "owner001/space0007x", "zzz", "~overflow"};
  for (size_t i = 0; i < 5; i++) {
    const struct sift_space *space = NULL;
    const struct sift_verdict *verdict = NULL;
    assert_int_equal(sift_view_look_at(look, sift_span_of(strangers[i]), &space, &verdict), SIFT_END);
    assert_null(space);
  }
  sift_view_look_free(look);
  sift_view_release(view);
}

static size_t count_passing(const struct sift_view *view, const struct sift_view_filter *filter) {
  size_t position = 0;
  size_t count = 0;
  while (sift_view_walk(view, filter, &position) != NULL) {
    count++;
  }
  return count;
}

static void test_filters_keep_what_they_say(void **state) {
  (void)state;
  struct sift_view *view = view_of_all(&world);
  const struct sift_summary *summary = sift_view_summary(view);
  size_t all = 0;
  size_t by_verdict = 0;
  const struct sift_view_entry *entries = sift_view_entries(view, &all);
  struct sift_view_filter filter = {.class_index = -1, .since_ns = SIFT_TIME_NONE};
  assert_int_equal(count_passing(view, &filter), all);
  for (size_t i = 0; i < summary->verdict_count; i++) {
    filter.verdict = summary->verdicts[i];
    size_t found = count_passing(view, &filter);
    bool is_of_dash = strcmp(entries[0].verdict, filter.verdict) == 0;
    assert_int_equal(found, summary->verdict_counts[i] + is_of_dash);
    by_verdict += found;
  }
  assert_true(summary->verdict_count >= 2);
  assert_int_equal(by_verdict, all);
  filter.verdict = NULL;
  for (size_t i = 0; i < summary->class_count; i++) {
    filter.class_index = (int)i;
    size_t found = count_passing(view, &filter);
    assert_true(found == summary->class_spaces[i] || found == summary->class_spaces[i] + 1); /* "-" may be among them */
  }
  filter.class_index = -1;
  size_t before = all + 1;
  for (int64_t minute = 0; minute <= 120; minute += 30) {
    filter.since_ns = T0 + minute * 60 * SECOND;
    size_t found = count_passing(view, &filter);
    assert_true(found < before);
    before = found;
  }
  assert_int_equal(before, 0);
  sift_view_release(view);
}

static void test_positions_go_on_behind_a_name_known_or_not(void **state) {
  (void)state;
  struct sift_view *view = view_of_all(&world);
  size_t count = 0;
  const struct sift_view_entry *entries = sift_view_entries(view, &count);
  assert_int_equal(sift_view_position(view, sift_span_of("")), 0);
  assert_int_equal(sift_view_position(view, entries[9].name), 10);
  char between[64];
  snprintf(between, sizeof between, "%.*s0", (int)entries[9].name.len, entries[9].name.data);
  assert_int_equal(sift_view_position(view, sift_span_of(between)), 10);
  assert_int_equal(sift_view_position(view, sift_span_of("zzz")), count);
  sift_view_release(view);
}

/* One error in a Space that the base knows without, and one in a Space that it does not know. */
static struct sift_state_buffer overlay_state(const char *first, const char *second) {
  struct sift_state_buffer state = {0};
  struct sift_state_writer *writer = NULL;
  struct sift_fleet none;
  assert_int_equal(sift_fleet_init(&none), SIFT_OK);
  assert_int_equal(sift_state_writer_new(&writer, sift_state_buffer_output(&state), &world.header), SIFT_OK);
  for (int i = 0; i < 2; i++) {
    fixture_space(&world.fixture, i == 0 ? first : second);
    see(&world.fixture, "crash-fatal", T0 + 9000 * SECOND, 5);
    assert_int_equal(sift_state_write(writer, &world.fixture.space), SIFT_OK);
  }
  assert_int_equal(sift_state_finish(writer, &none), SIFT_OK);
  sift_state_writer_free(writer);
  sift_fleet_release(&none);
  return state;
}

static const struct sift_view_entry *harmless_entry(const struct sift_view *view) {
  size_t count = 0;
  const struct sift_view_entry *entries = sift_view_entries(view, &count);
  for (size_t i = 1; i < count; i++) {
    if (entries[i].severity < SIFT_ERROR) {
      return &entries[i];
    }
  }
  return NULL;
}

static void test_an_overlay_is_judged_but_not_kept(void **state) {
  (void)state;
  struct sift_view *base = view_of_all(&world);
  struct sift_state_buffer before = bytes_of(base);
  const struct sift_view_entry *harmless = harmless_entry(base);
  assert_non_null(harmless);
  char name[64];
  snprintf(name, sizeof name, "%.*s", (int)harmless->name.len, harmless->name.data);
  struct sift_state_buffer overlay = overlay_state(name, "zz/new");
  struct sift_run run = view_run(&overlay);
  struct sift_view_input input = input_of(base, NULL, 0);
  input.overlay = &run;
  input.overlay_count = 1;
  struct sift_view *view = build(&input);
  sift_state_buffer_release(&overlay); /* the view has its own */
  assert_true(sift_view_entry(view, sift_span_of(name))->severity >= SIFT_ERROR);
  assert_non_null(sift_view_entry(view, sift_span_of("zz/new")));
  assert_int_equal(sift_view_summary(view)->spaces, sift_view_summary(base)->spaces + 1);
  struct sift_view_look *look = NULL;
  const struct sift_space *space = NULL;
  const struct sift_verdict *verdict = NULL;
  assert_int_equal(sift_view_look_new(&look, view), SIFT_OK);
  assert_int_equal(sift_view_look_at(look, sift_span_of(name), &space, &verdict), SIFT_OK);
  assert_true(verdict->severity >= SIFT_ERROR);
  assert_int_equal(sift_view_look_at(look, sift_span_of("zz/new"), &space, &verdict), SIFT_OK);
  sift_view_look_free(look);
  struct sift_state_buffer after = bytes_of(view);
  assert_same(&after, &before);
  struct sift_view_input again = input_of(view, NULL, 0);
  struct sift_view *next = build(&again);
  assert_true(sift_view_entry(next, sift_span_of(name))->severity < SIFT_ERROR);
  assert_null(sift_view_entry(next, sift_span_of("zz/new")));
  sift_view_release(next);
  sift_view_release(view);
  sift_view_release(base);
  sift_state_buffer_release(&before);
  sift_state_buffer_release(&after);
}

static void test_now_and_hits_are_told(void **state) {
  (void)state;
  struct sift_view *view = view_of_all(&world);
  uint64_t hits = 0;
  for (size_t i = 0; i < world.fixture.ruleset->class_count; i++) {
    hits += sift_view_class_hits(view)[i];
  }
  assert_int_equal(hits, VIEW_HITS);
  assert_int_equal(sift_view_fleet(view)->hits, VIEW_HITS);
  assert_int_equal(sift_view_now(view), sift_view_fleet(view)->newest_ns);
  struct sift_view_input input = input_of(view, NULL, 0);
  input.now_ns = T0 + 100000 * SECOND;
  struct sift_view *later = build(&input);
  assert_int_equal(sift_view_now(later), T0 + 100000 * SECOND);
  assert_int_equal(sift_view_summary(later)->spaces, sift_view_summary(view)->spaces);
  sift_view_release(later);
  sift_view_release(view);
}

static size_t count_verdict(const struct sift_view *view, const char *verdict) {
  struct sift_view_filter filter = {.verdict = verdict, .class_index = -1, .since_ns = SIFT_TIME_NONE};
  return count_passing(view, &filter);
}

static void test_verdicts_change_as_time_passes(void **state) {
  (void)state;
  const struct sift_node node = {.id = "n",
                                 .question = "",
                                 .verdict = "stuck",
                                 .branch = "",
                                 .title = "",
                                 .reference = "",
                                 .when = {.kind = SIFT_COND_AGE, .index = SIFT_MARK_STARTUP, .low = 180}};
  world.fixture.ruleset->tree = (struct sift_tree){.nodes = &node, .count = 1};
  struct sift_view *view = view_of_all(&world);
  struct sift_view_input input = input_of(view, NULL, 0);
  assert_int_equal(count_verdict(view, "stuck"), 0); /* the hits span two hours */
  input.now_ns = T0 + 4 * 3600 * SECOND;
  struct sift_view *some = build(&input);
  input.now_ns = T0 + 6 * 3600 * SECOND;
  struct sift_view *more = build(&input);
  assert_true(count_verdict(some, "stuck") > 0);
  assert_true(count_verdict(more, "stuck") > count_verdict(some, "stuck"));
  struct sift_view_look *look = NULL;
  const struct sift_space *space = NULL;
  const struct sift_verdict *verdict = NULL;
  const struct sift_view_filter filter = {.verdict = "stuck", .class_index = -1, .since_ns = SIFT_TIME_NONE};
  size_t position = 0;
  assert_int_equal(sift_view_look_new(&look, more), SIFT_OK);
  assert_int_equal(sift_view_look_at(look, sift_view_walk(more, &filter, &position)->name, &space, &verdict), SIFT_OK);
  assert_string_equal(verdict->id, "stuck");
  sift_view_look_free(look);
  sift_view_release(more);
  sift_view_release(some);
  sift_view_release(view);
  world.fixture.ruleset->tree = (struct sift_tree){0};
}

static void test_nothing_is_a_view_too(void **state) {
  (void)state;
  struct sift_view_input input = input_of(NULL, NULL, 0);
  struct sift_view *view = build(&input);
  size_t count = 1;
  sift_view_entries(view, &count);
  assert_int_equal(count, 0);
  struct sift_state_buffer bytes = bytes_of(view);
  struct sift_run run = view_run(&bytes);
  struct sift_view_input again = input_of(view, &run, 1);
  struct sift_view *next = build(&again);
  sift_view_release(next);
  sift_state_buffer_release(&bytes);
  sift_view_release(view);
}

static void test_damaged_runs_and_other_rules_are_refused(void **state) {
  (void)state;
  struct sift_state_buffer good = view_state(&world, view_pick_all, NULL);
  struct sift_run cut = {.bytes = good.bytes, .size = good.size / 2};
  struct sift_view *view = NULL;
  struct sift_view_input input = input_of(NULL, &cut, 1);
  assert_int_equal(sift_view_build(&view, &input), SIFT_ETRUNCATED);
  assert_null(view);
  struct sift_state_header other = world.header;
  other.ruleset_hash = "ffffffffffffffffffffffffffffffff";
  struct sift_run whole = view_run(&good);
  input = input_of(NULL, &whole, 1);
  input.rules.header = &other;
  assert_int_equal(sift_view_build(&view, &input), SIFT_EVERSION);
  sift_state_buffer_release(&good);
}

static void count_up(void *owner) {
  ++*(int *)owner;
}

static void count_down(void *owner) {
  --*(int *)owner;
}

static void test_the_rules_are_held_while_a_view_lives(void **state) {
  (void)state;
  int held = 0;
  struct sift_view_input input = input_of(NULL, NULL, 0);
  input.rules.owner = &held;
  input.rules.acquire = count_up;
  input.rules.release = count_down;
  struct sift_view *view = build(&input);
  struct sift_view_look *look = NULL;
  assert_int_equal(sift_view_look_new(&look, view), SIFT_OK);
  sift_view_release(view);
  assert_int_equal(held, 1); /* the look holds the view */
  sift_view_look_free(look);
  assert_int_equal(held, 0);
}

static int begin_world(void **state) {
  (void)state;
  view_world_begin(&world, 88172645463325252ULL);
  return 0;
}

static int end_world(void **state) {
  (void)state;
  view_world_end(&world);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_any_split_gives_the_mergers_state),
      cmocka_unit_test(test_a_cap_on_spaces_folds_as_the_merger_does),
      cmocka_unit_test(test_a_copy_in_small_steps_is_the_same),
      cmocka_unit_test(test_every_space_of_the_index_is_found_and_judged_alike),
      cmocka_unit_test(test_filters_keep_what_they_say),
      cmocka_unit_test(test_positions_go_on_behind_a_name_known_or_not),
      cmocka_unit_test(test_an_overlay_is_judged_but_not_kept),
      cmocka_unit_test(test_now_and_hits_are_told),
      cmocka_unit_test(test_verdicts_change_as_time_passes),
      cmocka_unit_test(test_nothing_is_a_view_too),
      cmocka_unit_test(test_damaged_runs_and_other_rules_are_refused),
      cmocka_unit_test(test_the_rules_are_held_while_a_view_lives),
  };
  return cmocka_run_group_tests(tests, begin_world, end_world);
}
