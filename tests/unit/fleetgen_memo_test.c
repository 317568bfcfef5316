#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/fleetgen/expand.h"
#include "tools/fleetgen/fleet.h"
#include "tools/fleetgen/stream.h"

static void a_key_is_known_once_its_entry_is_filled_and_no_other(void **state) {
  (void)state;
  struct sift_gen_memo *memo = sift_gen_memo_new();
  const struct sift_gen_memo_key key = {1, 2, 3, 4};
  bool known = true;
  struct sift_gen_memo_entry *entry = sift_gen_memo_find(memo, &key, &known);
  assert_false(known);
  entry->key = key;
  entry->filled = true;
  assert_ptr_equal(sift_gen_memo_find(memo, &key, &known), entry);
  assert_true(known);
  const struct sift_gen_memo_key others[] = {{9, 2, 3, 4}, {1, 9, 3, 4}, {1, 2, 9, 4}, {1, 2, 3, 9}};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    sift_gen_memo_find(memo, &others[i], &known)->filled = true; /* whatever stands there is of another key */
    sift_gen_memo_find(memo, &others[i], &known);
    assert_false(known);
  }
  sift_gen_memo_free(memo);
}

/* Every kind of slot within what is told again: times, waits, lines, names, scenes, bytes that are no UTF-8, long texts. */
static const struct sift_gen_source rules[] = {
    {"root", (const char *const[]){"{time_comma} {@plain/4} {!plain/2} {@timed/3}", "{@waits} {time_zulu} {$plain/2} {@scened/2}",
                                   "{=plain} {=plain} {=plain:2} {@local/2}", "{@named/2} {@lines/2}",
                                   "{@bad/2} {@long/2} {@many/2}", NULL}},
    {"plain", (const char *const[]){"one {1-9} {~1-900} {1-9.2}", "two {x7}{b6}", "three {+1-3 word}{?50 word}", NULL}},
    {"timed", (const char *const[]){"at {time_clock}", "{time_epoch} and {time_apache} {@plain}", "{@timed_deeper}", NULL}},
    {"timed_deeper", (const char *const[]){"deep {time} deep", NULL}},
    {"waits", (const char *const[]){"a{wait 5-500}b {time_micro}", "none", NULL}},
    {"scened", (const char *const[]){"{$plain}", NULL}},
    {"local", (const char *const[]){"{=plain} {=plain}", NULL}},
    {"named", (const char *const[]){"{space}", "{owner} {name}", "{@plain}", NULL}},
    {"lines", (const char *const[]){"{*1-3 plain}", "first\nsecond", NULL}},
    {"bad", (const char *const[]){"bad {bad}", "good", NULL}},
    {"long", (const char *const[]){"{x500}", "{x200}", "{x192}", NULL}},
    {"many",
     (const char *const[]){"{time}{time}{time}{time}", "{time_file} {time_dot} {time_second}",
                           "{time}{time}{time}{time}{time}{time}{time}{time}{time}{time}{time}{time}{time}{time}{time}{time}{time}"
                           "{time}",
                           NULL}},
    {"word", (const char *const[]){"a", "b", "c", NULL}},
    {NULL, NULL},
};

/* Speaks `root` a thousand times, time passing, and returns all of it. */
static struct sift_gen_text speak(const char *root, struct sift_gen_memo *memo) {
  struct sift_gen_grammar grammar;
  char error[200];
  assert_int_equal(sift_gen_grammar_init(&grammar, rules, error, sizeof error), SIFT_OK);
  struct sift_gen_text text;
  sift_gen_text_init(&text);
  struct sift_gen_voice voice = {.grammar = &grammar,
                                 .text = &text,
                                 .owner = sift_span_of("me"),
                                 .name = sift_span_of("app"),
                                 .now_ns = INT64_C(1742150774854123000),
                                 .pace_ns = 1000000000,
                                 .memo = memo};
  sift_rng_init(&voice.rng, 7);
  for (unsigned i = 0; i < 1000; i++) {
    voice.space_seed = i % 5;
    voice.scene_seed = 100 + i % 3;
    if (i % 2 == 0) {
      sift_gen_speak_habit(&voice, sift_gen_grammar_rule(&grammar, root), 3, 24);
    } else {
      sift_gen_speak(&voice, sift_gen_grammar_rule(&grammar, root));
    }
    sift_gen_speak_end(&voice);
    assert_int_equal(voice.taking, 0);
  }
  sift_gen_grammar_release(&grammar);
  return text;
}

static void what_is_remembered_is_what_would_be_made_anew(void **state) {
  (void)state;
  struct sift_gen_memo *memo = sift_gen_memo_new();
  struct sift_gen_text anew = speak("root", NULL);
  for (int i = 0; i < 2; i++) { /* the second time with a memory of the first */
    struct sift_gen_text told = speak("root", memo);
    assert_int_equal(told.len, anew.len);
    assert_memory_equal(told.bytes, anew.bytes, anew.len);
    assert_int_equal(told.line_count, anew.line_count);
    for (size_t line = 0; line < anew.line_count; line++) {
      assert_int_equal(told.lines[line].time_ns, anew.lines[line].time_ns);
      assert_int_equal(told.lines[line].at, anew.lines[line].at);
      assert_int_equal(told.lines[line].broken, anew.lines[line].broken);
    }
    sift_gen_text_release(&told);
  }
  sift_gen_text_release(&anew);
  sift_gen_memo_free(memo);
}

static void a_fleets_records_are_the_same_with_a_memory(void **state) {
  (void)state;
  struct sift_gen_fleet fleet;
  char error[512];
  const struct sift_gen_fleet_config config = {.spaces = 40, .seed = 3, .bytes = 1 << 20, .faults = 0.4};
  assert_int_equal(sift_gen_fleet_init(&fleet, &config, error, sizeof error), SIFT_OK);
  struct sift_gen_memo *memo = sift_gen_memo_new();
  struct sift_gen_stream *anew = NULL;
  struct sift_gen_stream *told = NULL;
  assert_int_equal(sift_gen_stream_new(&anew, &fleet, 0, 40), SIFT_OK);
  assert_int_equal(sift_gen_stream_new(&told, &fleet, 0, 40), SIFT_OK);
  sift_gen_stream_remember(told, memo);
  struct sift_gen_record one;
  struct sift_gen_record other;
  size_t count = 0;
  while (sift_gen_stream_next(anew, &one) == SIFT_OK) {
    assert_int_equal(sift_gen_stream_next(told, &other), SIFT_OK);
    assert_true(sift_span_equal(one.text, other.text) && one.time_ns == other.time_ns && one.index == other.index);
    count++;
  }
  assert_int_equal(sift_gen_stream_next(told, &other), SIFT_END);
  assert_true(count > 1000);
  sift_gen_stream_free(anew);
  sift_gen_stream_free(told);
  sift_gen_memo_free(memo);
  sift_gen_fleet_release(&fleet);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_key_is_known_once_its_entry_is_filled_and_no_other),
      cmocka_unit_test(what_is_remembered_is_what_would_be_made_anew),
      cmocka_unit_test(a_fleets_records_are_the_same_with_a_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
