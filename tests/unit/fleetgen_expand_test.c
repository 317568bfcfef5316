#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tools/fleetgen/expand.h"
#include "tools/fleetgen/notation.h"

/* A grammar of one test, and a voice that speaks it. */
struct fixture {
  struct sift_gen_notation notation;
  struct sift_gen_grammar grammar;
  struct sift_gen_text text;
  struct sift_gen_voice voice;
};

static void begin(struct fixture *fixture, const char *rules) {
  char error[200] = "";
  struct sift_gen_file file = {"test", sift_span_of(rules)};
  assert_int_equal(sift_gen_notation_read(&fixture->notation, &file, 1, error, sizeof(error)), SIFT_OK);
  assert_int_equal(sift_gen_grammar_init(&fixture->grammar, fixture->notation.rules, error, sizeof(error)), SIFT_OK);
  sift_gen_text_init(&fixture->text);
  fixture->voice = (struct sift_gen_voice){.grammar = &fixture->grammar,
                                           .text = &fixture->text,
                                           .owner = sift_span_of("ada"),
                                           .name = sift_span_of("demo"),
                                           .space_seed = 11,
                                           .scene_seed = 22,
                                           .now_ns = INT64_C(1742150774854000000),
                                           .pace_ns = 1000,
                                           .channel = SIFT_GEN_RUN};
  sift_rng_init(&fixture->voice.rng, 5);
}

static void end(struct fixture *fixture) {
  sift_gen_text_release(&fixture->text);
  sift_gen_grammar_release(&fixture->grammar);
  sift_gen_notation_release(&fixture->notation);
}

/* What rule "top" says, NUL-terminated; lost at the next call. */
static const char *spoken(struct fixture *fixture) {
  sift_gen_text_clear(&fixture->text);
  sift_gen_speak(&fixture->voice, sift_gen_grammar_rule(&fixture->grammar, "top"));
  sift_gen_text_put(&fixture->text, "", 1);
  return fixture->text.bytes;
}

static void assert_says(const char *rules, const char *expected) {
  struct fixture fixture;
  begin(&fixture, rules);
  assert_string_equal(spoken(&fixture), expected);
  end(&fixture);
}

static void plain_slots_are_filled(void **state) {
  (void)state;
  assert_says("= top\n- a{{b}c", "a{b}c");
  assert_says("= top\n- {space} {owner} {name}", "ada/demo ada demo");
  assert_says("= top\n- {time} {time_comma}", "2025-03-16 18:46:14 2025-03-16 18:46:14,854");
  assert_says("= top\n- <{leaf}>\n= leaf\n+ word", "<word>");
  assert_says("= top\n- {7-7} {7-7w3} {0-0.0}", "7 007 0.0");
  assert_says("= top\n- {+3-3 leaf}\n= leaf\n+ x", "x, x, x");
  assert_says("= top\n- {?0 leaf}{?100 leaf}\n= leaf\n+ x", "x");
  assert_says("= top\n- \\e[0m\\r\\s.", "\033[0m\r .");
}

static void numbers_keep_to_their_range(void **state) {
  (void)state;
  struct fixture fixture;
  begin(&fixture, "= top\n- {3-9}\n");
  unsigned seen[10] = {0};
  for (int i = 0; i < 300; i++) {
    long value = strtol(spoken(&fixture), NULL, 10);
    assert_true(value >= 3 && value <= 9);
    seen[value]++;
  }
  assert_true(seen[3] > 0 && seen[9] > 0);
  end(&fixture);
  begin(&fixture, "= top\n- {~0-1000}\n");
  unsigned small = 0;
  for (int i = 0; i < 300; i++) {
    small += strtol(spoken(&fixture), NULL, 10) < 250;
  }
  assert_true(small > 180);
  end(&fixture);
}

static void digits_have_their_length_and_alphabet(void **state) {
  (void)state;
  struct fixture fixture;
  begin(&fixture, "= top\n- {x40}{b30}\n");
  const char *text = spoken(&fixture);
  assert_int_equal(strspn(text, "0123456789abcdef") >= 40, 1);
  assert_int_equal(strlen(text), 70);
  end(&fixture);
}

static void fixed_slots_repeat_and_fresh_ones_do_not(void **state) {
  (void)state;
  struct fixture fixture;
  begin(&fixture, "= top\n- {@id} {$id} {=id} {=id}\n= id\n- {x16}\n");
  char first[80];
  strcpy(first, spoken(&fixture));
  const char *second = spoken(&fixture);
  assert_memory_equal(first, second, 34);            /* of the Space and of the scene */
  assert_memory_not_equal(first, first + 17, 16);    /* which differ from one another */
  assert_memory_equal(second + 34, second + 51, 16); /* within one telling the same */
  assert_memory_not_equal(first + 34, second + 34, 16);
  fixture.voice.scene_seed++;
  second = spoken(&fixture);
  assert_memory_equal(first, second, 17);
  assert_memory_not_equal(first + 17, second + 17, 16);
  end(&fixture);
}

static void a_pool_has_as_many_texts_as_it_says(void **state) {
  (void)state;
  struct fixture fixture;
  begin(&fixture, "= top\n- {@id/3}\n= id\n- {x16}\n");
  char seen[4][17];
  size_t count = 0;
  for (int i = 0; i < 200; i++) {
    const char *text = spoken(&fixture);
    size_t at = 0;
    while (at < count && strcmp(seen[at], text) != 0) {
      at++;
    }
    assert_true(at < 3);
    if (at == count) {
      strcpy(seen[count++], text);
    }
  }
  assert_int_equal(count, 3);
  end(&fixture);
}

static void a_form_keeps_its_wording_but_not_its_numbers(void **state) {
  (void)state;
  struct fixture fixture;
  begin(&fixture, "= top\n- {!line}\n= line\n- a {x16}\n- b {x16}\n- c {x16}\n- d {x16}\n");
  char first[32];
  strcpy(first, spoken(&fixture));
  for (int i = 0; i < 20; i++) {
    const char *text = spoken(&fixture);
    assert_int_equal(text[0], first[0]);
    assert_string_not_equal(text, first);
  }
  end(&fixture);
}

static void a_habit_repeats_all_but_the_time(void **state) {
  (void)state;
  struct fixture fixture;
  begin(&fixture, "= top\n- {time} {x16}\n- {time} {x20}\n");
  uint32_t rule = sift_gen_grammar_rule(&fixture.grammar, "top");
  sift_gen_speak_habit(&fixture.voice, rule, 2, 1);
  size_t len = fixture.text.len;
  char first[64];
  memcpy(first, fixture.text.bytes, len);
  fixture.voice.now_ns += INT64_C(1000000000);
  sift_gen_text_clear(&fixture.text);
  sift_gen_speak_habit(&fixture.voice, rule, 2, 1);
  assert_int_equal(fixture.text.len, len);
  assert_memory_not_equal(fixture.text.bytes, first, 19);
  assert_memory_equal(fixture.text.bytes + 19, first + 19, len - 19);
  end(&fixture);
}

static void newlines_close_records_and_waiting_moves_time(void **state) {
  (void)state;
  struct fixture fixture;
  begin(&fixture, "= top\n- one\n| {wait 50-50}two {bad}\n|\n| {*2-2 leaf}\n= leaf\n+ leaf\n");
  sift_gen_speak(&fixture.voice, sift_gen_grammar_rule(&fixture.grammar, "top"));
  sift_gen_speak_end(&fixture.voice);
  assert_int_equal(fixture.text.line_count, 5);
  const struct sift_gen_line *lines = fixture.text.lines;
  assert_int_equal(lines[0].len, 3);
  assert_int_equal(lines[1].len, 5);
  assert_int_equal(lines[2].len, 0);
  assert_true(lines[1].time_ns - lines[0].time_ns >= 50 * 1000000);
  assert_true(lines[1].broken && !lines[0].broken && !lines[2].broken);
  for (size_t i = 1; i < 5; i++) {
    assert_true(lines[i].time_ns >= lines[i - 1].time_ns);
    assert_int_equal(lines[i].channel, SIFT_GEN_RUN);
  }
  end(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_slots_are_filled),
      cmocka_unit_test(numbers_keep_to_their_range),
      cmocka_unit_test(digits_have_their_length_and_alphabet),
      cmocka_unit_test(fixed_slots_repeat_and_fresh_ones_do_not),
      cmocka_unit_test(a_pool_has_as_many_texts_as_it_says),
      cmocka_unit_test(a_form_keeps_its_wording_but_not_its_numbers),
      cmocka_unit_test(a_habit_repeats_all_but_the_time),
      cmocka_unit_test(newlines_close_records_and_waiting_moves_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
