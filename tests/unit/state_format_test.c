#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/state_format.h"
#include "tests/unit/state_support.h"

static struct sift_ruleset ruleset_of(struct sift_rule *rules, struct sift_class *classes) {
  for (size_t i = 0; i < support_header.rule_count; i++) {
    rules[i] = (struct sift_rule){.id = support_rules[i]};
  }
  for (size_t i = 0; i < support_header.class_count; i++) {
    classes[i] = (struct sift_class){.id = support_classes[i]};
  }
  struct sift_ruleset ruleset = {.name = "spaces", .version = "1", .rules = rules, .rule_count = support_header.rule_count};
  ruleset.classes = classes;
  ruleset.class_count = support_header.class_count;
  memcpy(ruleset.hash_text, support_header.ruleset_hash, sizeof ruleset.hash_text);
  return ruleset;
}

static void a_header_is_that_of_its_rule_set_and_of_no_other(void **state) {
  (void)state;
  struct sift_rule rules[4];
  struct sift_class classes[2];
  struct sift_ruleset ruleset = ruleset_of(rules, classes);
  struct sift_arena arena;
  struct sift_state_header header;
  sift_arena_init(&arena);
  assert_int_equal(sift_state_header_make(&header, &ruleset, &arena), SIFT_OK);
  assert_true(sift_state_header_equal(&header, &support_header));
  assert_true(sift_state_header_matches(&header, &ruleset));
  ruleset.hash_text[0] ^= 1;
  assert_false(sift_state_header_matches(&support_header, &ruleset));
  ruleset.hash_text[0] ^= 1;
  rules[2].id = "other"; /* the hash is the file's claim */
  assert_false(sift_state_header_matches(&support_header, &ruleset));
  rules[2].id = support_rules[2];
  classes[1].id = "other";
  assert_false(sift_state_header_matches(&support_header, &ruleset));
  classes[1].id = support_classes[1];
  ruleset.class_count = 1;
  assert_false(sift_state_header_matches(&support_header, &ruleset));
  ruleset.class_count = 2;
  ruleset.rule_count = 3;
  assert_false(sift_state_header_matches(&support_header, &ruleset));
  sift_arena_release(&arena);
}

static void headers_differ_in_any_of_their_parts(void **state) {
  (void)state;
  const char *const other_rules[] = {"alpha", "beta", "delta", "GAMMA"};
  const char *const other_classes[] = {"network", "OOM"};
  struct sift_state_header others[7];
  for (size_t i = 0; i < 7; i++) {
    others[i] = support_header;
  }
  assert_true(sift_state_header_equal(&support_header, &others[0]));
  others[0].ruleset_hash = "x";
  others[1].ruleset_name = "x";
  others[2].ruleset_version = "x";
  others[3].rules = other_rules;
  others[4].classes = other_classes;
  others[5].rule_count = 3;
  others[6].class_count = 1;
  for (size_t i = 0; i < 7; i++) {
    assert_false(sift_state_header_equal(&support_header, &others[i]));
  }
}

static void only_names_of_spaces_and_the_two_special_ones_are_valid(void **state) {
  (void)state;
  const char *const valid[] = {"-", SIFT_OVERFLOW_NAME, "a", "a/b", "Owner-1/na_me.x"};
  const char *const invalid[] = {"", "~", "~overflo", "a/b/c", "a b", "../a", "a\n"};
  for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
    assert_true(sift_state_name_valid(sift_span_of(valid[i])));
  }
  for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
    assert_false(sift_state_name_valid(sift_span_of(invalid[i])));
  }
}

static void the_overflow_comes_after_every_name(void **state) {
  (void)state;
  for (int byte = 1; byte < 256; byte++) {
    const char name[2] = {(char)byte, '\0'};
    if (sift_space_name_valid(sift_span(name, 1))) {
      assert_true(sift_span_compare(sift_span(name, 1), sift_span_of(SIFT_OVERFLOW_NAME)) < 0);
    }
  }
}

static void a_buffer_gives_back_what_was_appended(void **state) {
  (void)state;
  struct sift_state_buffer buffer = {0};
  struct sift_state_output output = sift_state_buffer_output(&buffer);
  char bytes[300];
  for (size_t i = 0; i < 300; i++) {
    memset(bytes, (int)i, sizeof bytes);
    assert_int_equal(output.write(output.context, bytes, i), SIFT_OK);
  }
  assert_int_equal(buffer.size, 299 * 300 / 2);
  struct sift_state_bytes rest = {sift_span(buffer.bytes, buffer.size)};
  struct sift_state_input input = sift_state_bytes_input(&rest);
  for (size_t i = 0; i < 300; i++) {
    size_t got = 0;
    assert_int_equal(input.read(input.context, bytes, i, &got), SIFT_OK);
    assert_int_equal(got, i);
    for (size_t j = 0; j < got; j++) {
      assert_int_equal((unsigned char)bytes[j], i % 256);
    }
  }
  size_t got = 1;
  assert_int_equal(input.read(input.context, bytes, sizeof bytes, &got), SIFT_OK);
  assert_int_equal(got, 0);
  sift_state_buffer_release(&buffer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_header_is_that_of_its_rule_set_and_of_no_other),
      cmocka_unit_test(headers_differ_in_any_of_their_parts),
      cmocka_unit_test(only_names_of_spaces_and_the_two_special_ones_are_valid),
      cmocka_unit_test(the_overflow_comes_after_every_name),
      cmocka_unit_test(a_buffer_gives_back_what_was_appended),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
