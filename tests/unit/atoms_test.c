#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/atoms.h"

/* Longer is cheaper. */
static uint64_t by_length(void *context, struct sift_span atom) {
  (void)context;
  return 1000 / atom.len;
}

/* The atoms of a pattern, divided by '|'; "" where nothing is proved. */
static const char *atoms_of(const char *pattern, uint32_t len_min) {
  static char out[1024];
  struct sift_arena arena;
  struct sift_texts atoms;
  sift_arena_init(&arena);
  assert_int_equal(sift_atoms_prove(&atoms, &arena, pattern, len_min, by_length, NULL), SIFT_OK);
  out[0] = '\0';
  for (size_t i = 0; i < atoms.count; i++) {
    assert_true(atoms.items[i].len >= len_min);
    snprintf(out + strlen(out), sizeof out - strlen(out), "%s%.*s", i == 0 ? "" : "|", (int)atoms.items[i].len,
             atoms.items[i].data);
  }
  sift_arena_release(&arena);
  return out;
}

static void a_literal_is_its_own_proof_in_lower_case(void **state) {
  (void)state;
  assert_string_equal(atoms_of("Scheduling Failure", 7), "scheduling failure");
  assert_string_equal(atoms_of("(?i)OutOfMemory", 7), "outofmemory");
}

static void of_texts_that_must_all_stand_the_cheapest_is_enough(void **state) {
  (void)state;
  assert_string_equal(atoms_of("refused.*connection to peer", 7), "connection to peer");
}

static void of_alternatives_each_has_one(void **state) {
  (void)state;
  assert_string_equal(atoms_of("(?:disk is full|no space left)", 7), "no space left|disk is full");
}

static void too_short_or_optional_texts_prove_nothing(void **state) {
  (void)state;
  assert_string_equal(atoms_of("short", 7), "");
  assert_string_equal(atoms_of("(?:connection refused)?x", 7), "");
  assert_string_equal(atoms_of("(?:connection refused|x)", 7), "");
}

static void look_around_is_taken_out(void **state) {
  (void)state;
  assert_string_equal(atoms_of("(?<!not )permission denied(?! here)", 7), "permission denied");
  assert_string_equal(atoms_of("value(?!(?:a|[)]))x", 7), "");
  assert_string_equal(atoms_of("unknown (?=instruction)", 7), "unknown ");
}

static void groups_do_not_cut_a_text(void **state) {
  (void)state;
  assert_string_equal(atoms_of("Exit code: (?<code>137)", 7), "exit code: 137");
  assert_string_equal(atoms_of("(No) (module) named", 7), "no module named");
}

static void digits_are_not_spelt_out(void **state) {
  (void)state;
  assert_string_equal(atoms_of("exit status \\d", 7), "exit status ");
}

/* PCRE2's \s has the vertical tab, RE2's has not: a text that needs the one must not be proved by the other. */
static void a_blank_of_any_kind_may_stand(void **state) {
  (void)state;
  assert_non_null(strstr(atoms_of("failed\\sto start", 12), "failed\vto start"));
}

static void what_is_read_otherwise_elsewhere_proves_nothing(void **state) {
  (void)state;
  static const char *const patterns[] = {"connection\\vrefused",  "\\Qconnection refused\\E",   "(?x)connection refused",
                                         "connection\\Krefused!", "(?(?=c)connection|refused)", "(a)connection\\1refused",
                                         "connection\\hrefused",  "(*UTF)connection",           "connection [",
                                         "connection\\"};
  for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
    assert_string_equal(atoms_of(patterns[i], 7), "");
  }
}

static void a_text_with_a_newline_stands_in_no_line(void **state) {
  (void)state;
  assert_string_equal(atoms_of("connection\\nrefused", 12), "");
  assert_null(strchr(atoms_of("failed\\sto start", 12), '\n'));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_literal_is_its_own_proof_in_lower_case),
      cmocka_unit_test(of_texts_that_must_all_stand_the_cheapest_is_enough),
      cmocka_unit_test(of_alternatives_each_has_one),
      cmocka_unit_test(too_short_or_optional_texts_prove_nothing),
      cmocka_unit_test(look_around_is_taken_out),
      cmocka_unit_test(groups_do_not_cut_a_text),
      cmocka_unit_test(digits_are_not_spelt_out),
      cmocka_unit_test(a_blank_of_any_kind_may_stand),
      cmocka_unit_test(what_is_read_otherwise_elsewhere_proves_nothing),
      cmocka_unit_test(a_text_with_a_newline_stands_in_no_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
