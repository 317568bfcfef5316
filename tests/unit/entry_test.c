#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ingest/serve/entry.h"
#include "tests/unit/worker_support.h"

#define T0 INT64_C(1700000000000000000)

/* Whatever the teller has told, with nothing else. */
static struct sift_entry entry_of(struct chain *chain) {
  assert_int_equal(sift_worker_flush_events(chain->teller), SIFT_OK);
  return (struct sift_entry){.source = sift_span_of("tcp://entry"),
                             .received_ns = T0 + 5,
                             .events = sift_span(chain->events.bytes, chain->events.len),
                             .offset_end = 4711};
}

static struct sift_pack encode(const struct sift_entry *entry) {
  struct sift_pack pack = {0};
  assert_int_equal(sift_entry_encode(entry, &pack), SIFT_OK);
  return pack;
}

static struct sift_entry_applied apply(struct sift_pack *payload, struct sift_worker *worker, struct sift_chunk_ids *ids) {
  struct sift_entry_applied applied;
  assert_int_equal(sift_entry_apply(sift_span(payload->bytes, payload->len), 7, worker, ids, &applied), SIFT_OK);
  sift_pack_release(payload);
  return applied;
}

static void what_is_encoded_is_applied(void **state) {
  struct chain *chain = *state;
  const struct sift_entry_lines lines[] = {{sift_span_of("a/b"), 2, 50}, {sift_span_of("-"), 1, 9}};
  const struct sift_entry_damage damages[] = {{SIFT_REASON_LINE_CUT, 3, 17}, {SIFT_REASON_BAD_TIME, 1, 18}};
  const struct sift_chunk_key chunks[] = {sift_chunk_key(sift_span_of("one")), sift_chunk_key(sift_span_of("two"))};
  struct sift_chunk_ids *ids = NULL;
  chain_line(chain, 0, T0, "--> RUN x\n");
  chain_line(chain, 0, T0, "No module named 'x'\n");
  struct sift_entry entry = entry_of(chain);
  entry.lines = lines;
  entry.line_count = 2;
  entry.damages = damages;
  entry.damage_count = 2;
  entry.chunks = chunks;
  entry.chunk_count = 2;
  struct sift_pack payload = encode(&entry);
  assert_int_equal(sift_chunk_ids_new(&ids, 0, 0), SIFT_OK);
  struct sift_entry_applied applied = apply(&payload, chain->replayer, ids);
  assert_int_equal(applied.events, 2);
  assert_int_equal(applied.unknown_events, 0);
  assert_int_equal(applied.offset_end, 4711);
  assert_int_equal(applied.received_ns, T0 + 5);
  for (size_t i = 0; i < 2; i++) {
    uint64_t seq = 0;
    assert_int_equal(sift_chunk_ids_find(ids, chunks[i], T0 + 6, &seq), SIFT_CHUNK_TAKEN);
    assert_int_equal(seq, 7);
  }
  const struct sift_fleet *fleet = sift_worker_fleet(chain->replayer);
  assert_int_equal(fleet->lines, 3);
  assert_int_equal(fleet->bytes, 59);
  assert_int_equal(fleet->hits, 2);
  assert_int_equal(fleet->reasons[SIFT_REASON_LINE_CUT], 3);
  assert_int_equal(fleet->reasons[SIFT_REASON_BAD_TIME], 1);
  assert_int_equal(fleet->reasons[SIFT_REASON_NO_SPACE], 1);
  assert_string_equal(fleet->damages[0].source, "tcp://entry");
  assert_int_equal(fleet->damages[0].offset, 17);
  assert_tally(chain, chain->replayer, true, "- 1\na/b 2\n  module x1 No module named 'x'|x|\n  start x1 \n");
  sift_chunk_ids_free(ids);
}

static void an_entry_of_nothing_changes_nothing_but_says_how_far_it_goes(void **state) {
  struct chain *chain = *state;
  const struct sift_entry entry = {.source = sift_span_of(""), .received_ns = T0, .offset_end = UINT64_MAX};
  struct sift_pack payload = encode(&entry);
  struct sift_entry_applied applied = apply(&payload, chain->replayer, NULL);
  assert_int_equal(applied.events, 0);
  assert_true(applied.offset_end == UINT64_MAX);
  assert_tally(chain, chain->replayer, true, "");
}

static void thousands_of_spaces_and_chunks_are_several_maps(void **state) {
  struct chain *chain = *state;
  enum { MANY = 2500 };
  static char names[MANY][SIFT_SPACE_NAME_MAX + 1];
  static struct sift_entry_lines lines[MANY];
  static struct sift_chunk_key chunks[MANY];
  struct sift_chunk_ids *ids = NULL;
  for (unsigned i = 0; i < MANY; i++) {
    snprintf(names[i], sizeof names[i], "owner-of-a-long-name/%0150u", i);
    lines[i] = (struct sift_entry_lines){sift_span_of(names[i]), i, (uint64_t)2 * i};
    chunks[i] = sift_chunk_key(sift_span_of(names[i]));
  }
  struct sift_entry entry = entry_of(chain);
  entry.lines = lines;
  entry.line_count = MANY;
  entry.chunks = chunks;
  entry.chunk_count = MANY;
  struct sift_pack payload = encode(&entry);
  /* Each map is small enough for whoever reads events. */
  struct sift_cursor cursor = sift_cursor(sift_span(payload.bytes, payload.len));
  unsigned maps = 0;
  for (const char *at = cursor.at; cursor.at < cursor.end; at = cursor.at, maps++) {
    sift_take_any(&cursor);
    assert_int_equal(cursor.fault, SIFT_FAULT_NONE);
    assert_true(cursor.at - at < SIFT_EVENT_BYTES_MAX);
  }
  assert_true(maps > 10);
  assert_int_equal(sift_chunk_ids_new(&ids, 0, 0), SIFT_OK);
  (void)apply(&payload, chain->replayer, ids);
  assert_int_equal(sift_chunk_ids_count(ids), MANY);
  assert_int_equal(sift_worker_fleet(chain->replayer)->lines, MANY * (MANY - 1) / 2);
  sift_chunk_ids_free(ids);
}

static void a_source_is_cut_to_what_readers_take(void **state) {
  struct chain *chain = *state;
  char source[5000];
  memset(source, 's', sizeof source);
  const struct sift_entry_damage damage = {SIFT_REASON_LINE_CUT, 1, 1};
  struct sift_entry entry = entry_of(chain);
  entry.source = sift_span(source, sizeof source);
  entry.damages = &damage;
  entry.damage_count = 1;
  struct sift_pack payload = encode(&entry);
  (void)apply(&payload, chain->replayer, NULL);
  assert_int_equal(strlen(sift_worker_fleet(chain->replayer)->damages[0].source), 1024);
}

static void all_reasons_at_once_fit(void **state) {
  struct chain *chain = *state;
  struct sift_entry_damage damages[SIFT_REASONS];
  for (int i = 0; i < SIFT_REASONS; i++) {
    damages[i] = (struct sift_entry_damage){(enum sift_reason)i, UINT64_MAX / 2, UINT64_MAX};
  }
  struct sift_entry entry = entry_of(chain);
  entry.damages = damages;
  entry.damage_count = SIFT_REASONS;
  struct sift_pack payload = encode(&entry);
  (void)apply(&payload, chain->replayer, NULL);
  for (int i = 0; i < SIFT_REASONS; i++) {
    assert_true(sift_worker_fleet(chain->replayer)->reasons[i] == (i == SIFT_REASON_NO_SPACE ? 0 : UINT64_MAX / 2));
  }
}

/* ---- payloads of others ---- */

/* {"journal": `version`, "later": [1, {}], "offset": 5, "damage": [["no such reason", 1, 2]]} */
static struct sift_pack of_later(uint64_t version) {
  struct sift_pack pack = {0};
  char *at = sift_pack_reserve(&pack, 256);
  assert_non_null(at);
  at = sift_put_unsigned(sift_put_str(sift_put_map(at, 4), sift_span_of("journal")), version);
  at = sift_put_map(sift_put_unsigned(sift_put_array(sift_put_str(at, sift_span_of("later")), 2), 1), 0);
  at = sift_put_unsigned(sift_put_str(at, sift_span_of("offset")), 5);
  at = sift_put_array(sift_put_str(at, sift_span_of("damage")), 1);
  at = sift_put_str(sift_put_array(at, 3), sift_span_of("no such reason"));
  sift_pack_commit(&pack, sift_put_unsigned(sift_put_unsigned(at, 1), 2));
  return pack;
}

static void what_a_later_program_adds_is_passed_over(void **state) {
  struct chain *chain = *state;
  struct sift_pack payload = of_later(1);
  assert_int_equal(apply(&payload, chain->replayer, NULL).offset_end, 5);
}

static void another_version_is_refused(void **state) {
  struct chain *chain = *state;
  struct sift_entry_applied applied;
  struct sift_pack payload = of_later(2);
  assert_int_equal(sift_entry_apply(sift_span(payload.bytes, payload.len), 7, chain->replayer, NULL, &applied), SIFT_ECORRUPT);
  sift_pack_release(&payload);
}

static void events_behind_a_map_are_complete_with_their_entry(void **state) {
  struct chain *chain = *state;
  const struct sift_entry nothing = {.source = sift_span_of("tcp://x")};
  struct sift_pack payload = encode(&nothing);
  chain_line(chain, 0, T0, "No module named 'x'\n");
  struct sift_entry entry = entry_of(chain);
  assert_int_equal(sift_entry_encode(&entry, &payload), SIFT_OK); /* behind the other's map */
  char *again = sift_pack_reserve(&payload, chain->events.len);
  assert_non_null(again);
  sift_pack_commit(&payload, sift_put_bytes(again, sift_span(chain->events.bytes, chain->events.len)));
  assert_int_equal(apply(&payload, chain->replayer, NULL).events, 2);
  assert_tally(chain, chain->replayer, false, "a/b 0\n  module x2 No module named 'x'|x|\n");
}

/* ---- hostile payloads ---- */

static struct sift_pack payload_of_much(struct chain *chain) {
  static const struct sift_entry_lines lines[] = {{{"a/b", 3}, 2, 50}, {{"c/d", 3}, 1, 9}};
  static const struct sift_entry_damage damages[] = {{SIFT_REASON_LINE_CUT, 3, 17}};
  const struct sift_chunk_key chunk = sift_chunk_key(sift_span_of("one"));
  struct test_random random = {3};
  for (unsigned i = 0; i < 20; i++) {
    struct live_line line = {.offset = (uint64_t)i * 100, .time_ns = T0};
    live_random_line(&random, &line, 2);
    live_feed(chain->teller, &line);
  }
  struct sift_entry entry = entry_of(chain);
  entry.lines = lines;
  entry.line_count = 2;
  entry.damages = damages;
  entry.damage_count = 1;
  entry.chunks = &chunk;
  entry.chunk_count = 1;
  return encode(&entry);
}

/* Applies exactly these bytes to a worker of its own, whose tally must be sound whatever came. */
static enum sift_status try_bytes(struct chain *chain, const char *bytes, size_t len) {
  struct sift_worker *worker = live_worker(chain->database, NULL, 0);
  struct sift_chunk_ids *ids = NULL;
  struct sift_entry_applied applied;
  struct sift_state_buffer tally;
  char *exact = malloc(len + 1);
  assert_int_equal(sift_chunk_ids_new(&ids, 16384, 0), SIFT_OK);
  memcpy(exact, bytes, len);
  enum sift_status status = sift_entry_apply(sift_span(exact, len), 7, worker, ids, &applied);
  assert_true(status == SIFT_OK || status == SIFT_ECORRUPT);
  live_state(worker, chain->ruleset, true, &tally);
  free(live_text(chain->ruleset, &tally));
  sift_state_buffer_release(&tally);
  sift_chunk_ids_free(ids);
  sift_worker_free(worker);
  free(exact);
  return status;
}

static void a_payload_cut_within_an_object_is_refused(void **state) {
  struct chain *chain = *state;
  struct sift_pack payload = payload_of_much(chain);
  unsigned whole = 0;
  for (size_t len = 0; len < payload.len; len += len < payload.len - 200 ? 13 : 1) {
    whole += try_bytes(chain, payload.bytes, len) == SIFT_OK;
  }
  assert_true(whole >= 1 && whole < 40); /* between two objects it is none the less a payload */
  sift_pack_release(&payload);
}

static void whatever_is_applied_the_tallies_can_be_read(void **state) {
  struct chain *chain = *state;
  struct sift_pack payload = payload_of_much(chain);
  char *bytes = malloc(payload.len);
  unsigned refused = 0;
  for (uint64_t seed = 1; seed <= 1500; seed++) {
    struct test_random random = {seed};
    memcpy(bytes, payload.bytes, payload.len);
    for (unsigned i = 0, count = 1 + test_random_below(&random, 3); i < count; i++) {
      bytes[test_random_below(&random, (uint32_t)payload.len)] = (char)test_random_next(&random);
    }
    refused += try_bytes(chain, bytes, payload.len) == SIFT_ECORRUPT;
  }
  assert_true(refused > 100 && refused < 1500);
  free(bytes);
  sift_pack_release(&payload);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, chain_set_up, chain_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(what_is_encoded_is_applied),
      TEST(an_entry_of_nothing_changes_nothing_but_says_how_far_it_goes),
      TEST(thousands_of_spaces_and_chunks_are_several_maps),
      TEST(a_source_is_cut_to_what_readers_take),
      TEST(all_reasons_at_once_fit),
      TEST(what_a_later_program_adds_is_passed_over),
      TEST(another_version_is_refused),
      TEST(events_behind_a_map_are_complete_with_their_entry),
      TEST(a_payload_cut_within_an_object_is_refused),
      TEST(whatever_is_applied_the_tallies_can_be_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
