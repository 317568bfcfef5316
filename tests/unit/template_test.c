#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ingest/serve/template.h"

static char error[200];

static struct sift_template read_template(enum sift_protocol_kind kind, const char *text, struct sift_variables *variables) {
  struct sift_template form;
  *variables = (struct sift_variables){0};
  enum sift_status status = sift_template_init(&form, kind, text, variables, error, sizeof error);
  if (status != SIFT_OK) {
    print_message("%s\n", error);
  }
  assert_int_equal(status, SIFT_OK);
  return form;
}

static char composed[256];

/* Composes with values[i] of variable i; NULL is absent. "(none)" where nothing is there. */
static const char *compose(const char *text, const char *const *texts) {
  struct sift_variables variables;
  struct sift_template form = read_template(SIFT_PROTOCOL_LINES, text, &variables);
  struct sift_span values[SIFT_VARIABLES_MAX];
  for (size_t i = 0; i < variables.count; i++) {
    values[i] = sift_span_of(texts[i]);
  }
  struct sift_template_choice choice = sift_template_choose(&form, values);
  assert_true(choice.room < sizeof composed);
  memset(composed, 0, sizeof composed);
  if (choice.room > 0) {
    sift_template_write(&form, &choice, values, composed);
  } else if (choice.lent.data == NULL) {
    strcpy(composed, "(none)");
  } else {
    memcpy(composed, choice.lent.data, choice.lent.len);
  }
  sift_template_release(&form);
  return composed;
}

static const char *refused(enum sift_protocol_kind kind, const char *text) {
  struct sift_template form;
  struct sift_variables variables = {0};
  assert_int_equal(sift_template_init(&form, kind, text, &variables, error, sizeof error), SIFT_EINVAL);
  assert_null(form.literals);
  return error;
}

static void literals_and_variables_are_put_together(void **state) {
  (void)state;
  assert_string_equal(compose("owner/name", NULL), "owner/name");
  assert_string_equal(compose("{a}", (const char *const[]){"x"}), "x");
  assert_string_equal(compose("{a}/{b}", (const char *const[]){"x", "y"}), "x/y");
  assert_string_equal(compose("<{a}-{b}-{a}>", (const char *const[]){"x", "y"}), "<x-y-x>");
  assert_string_equal(compose("{{{a}}}||", (const char *const[]){"x"}), "{x}|");
  assert_string_equal(compose("", NULL), "(none)");
}

static void the_first_alternative_whose_variables_are_all_there_counts(void **state) {
  (void)state;
  assert_string_equal(compose("{a}|{b}", (const char *const[]){"x", "y"}), "x");
  assert_string_equal(compose("{a}|{b}", (const char *const[]){NULL, "y"}), "y");
  assert_string_equal(compose("{a}|{b}", (const char *const[]){"", "y"}), "y");
  assert_string_equal(compose("{a}/{b}|{c}|none", (const char *const[]){"x", NULL, NULL}), "none");
  assert_string_equal(compose("{a}/{b}|{c}", (const char *const[]){"x", NULL, "z"}), "z");
  assert_string_equal(compose("{a}|", (const char *const[]){NULL}), "");
}

static void absent_and_empty_are_told_apart(void **state) {
  (void)state;
  assert_string_equal(compose("{a}|{b}", (const char *const[]){NULL, NULL}), "(none)");
  assert_string_equal(compose("{a}|{b}", (const char *const[]){NULL, ""}), "");
}

static void variables_are_asked_for_once(void **state) {
  (void)state;
  struct sift_variables variables;
  struct sift_template form = read_template(SIFT_PROTOCOL_LINES, "{a.b}{a.b}{a}{record.a}{peer}{record.peer}", &variables);
  assert_int_equal(variables.count, 4);
  assert_int_equal(variables.list[0].path.count, 2);
  assert_int_equal(variables.list[1].path.count, 1);
  assert_int_equal(variables.list[2].kind, SIFT_VARIABLE_PEER);
  assert_int_equal(variables.list[3].kind, SIFT_VARIABLE_FIELD);
  assert_memory_equal(variables.list[3].path.parts[0].name, "peer", 4);
  sift_template_release(&form);
}

static void a_backslash_takes_a_dot_or_brace_into_a_name(void **state) {
  (void)state;
  struct sift_variables variables;
  struct sift_template form = read_template(SIFT_PROTOCOL_LINES, "{labels.app\\.kubernetes\\.io/na\\}me}", &variables);
  assert_int_equal(variables.count, 1);
  assert_int_equal(variables.list[0].path.count, 2);
  assert_int_equal(variables.list[0].path.parts[1].len, strlen("app.kubernetes.io/na}me"));
  assert_memory_equal(variables.list[0].path.parts[1].name, "app.kubernetes.io/na}me", 23);
  sift_template_release(&form);
}

static void forward_knows_the_tag_and_its_parts(void **state) {
  (void)state;
  struct sift_variables variables;
  struct sift_template form = read_template(SIFT_PROTOCOL_FORWARD, "{tag}{tag.0}{tag.12}{record.tag}{record.tag.0}", &variables);
  assert_int_equal(variables.count, 5);
  assert_int_equal(variables.list[0].kind, SIFT_VARIABLE_TAG);
  assert_int_equal(variables.list[1].kind, SIFT_VARIABLE_TAG_PART);
  assert_int_equal(variables.list[1].part, 0);
  assert_int_equal(variables.list[2].part, 12);
  assert_int_equal(variables.list[3].kind, SIFT_VARIABLE_FIELD);
  assert_int_equal(variables.list[4].path.count, 2);
  sift_template_release(&form);
}

static void syslog_knows_its_header_and_structured_data(void **state) {
  (void)state;
  struct sift_variables variables;
  struct sift_template form = read_template(
      SIFT_PROTOCOL_SYSLOG, "{host}{app}{procid}{msgid}{facility}{severity}{message}{sd.a@1.2.name}{peer}", &variables);
  assert_int_equal(variables.count, 9);
  assert_int_equal(variables.list[0].kind, SIFT_VARIABLE_HOST);
  assert_int_equal(variables.list[6].kind, SIFT_VARIABLE_MESSAGE);
  assert_int_equal(variables.list[7].kind, SIFT_VARIABLE_DATA);
  assert_int_equal(variables.list[7].path.count, 2);
  assert_memory_equal(variables.list[7].path.parts[0].name, "a@1.2", 5);
  assert_int_equal(variables.list[7].path.parts[0].len, 5);
  assert_memory_equal(variables.list[7].path.parts[1].name, "name", 4);
  sift_template_release(&form);
}

static void what_is_wrong_is_said_with_what_to_type(void **state) {
  (void)state;
  assert_non_null(strstr(refused(SIFT_PROTOCOL_LINES, "a{b"), "other half"));
  assert_non_null(strstr(refused(SIFT_PROTOCOL_LINES, "a}b"), "other half"));
  assert_non_null(strstr(refused(SIFT_PROTOCOL_LINES, "{a{b}"), "other half"));
  assert_non_null(strstr(refused(SIFT_PROTOCOL_LINES, "{}"), "no name"));
  assert_non_null(strstr(refused(SIFT_PROTOCOL_LINES, "{a..b}"), "no name"));
  assert_non_null(strstr(refused(SIFT_PROTOCOL_LINES, "{a.}"), "no name"));
  assert_non_null(strstr(refused(SIFT_PROTOCOL_LINES, "{a.b.c.d.e.f.g.h.i}"), "8 parts"));
  assert_non_null(strstr(refused(SIFT_PROTOCOL_FORWARD, "{tag.one}"), "{tag.0}"));
  assert_non_null(strstr(refused(SIFT_PROTOCOL_FORWARD, "{tag.1.2}"), "{tag.0}"));
  assert_non_null(strstr(refused(SIFT_PROTOCOL_SYSLOG, "{log}"), "{message}"));
  assert_non_null(strstr(refused(SIFT_PROTOCOL_SYSLOG, "{sd.a}"), "{sd.space@32473.id}"));
}

static void limits_hold(void **state) {
  (void)state;
  char text[SIFT_TEMPLATE_BYTES_MAX + 2];
  memset(text, 'a', sizeof text);
  text[sizeof text - 1] = '\0';
  assert_non_null(strstr(refused(SIFT_PROTOCOL_LINES, text), "4096"));
  text[0] = '\0';
  for (int i = 0; i < SIFT_VARIABLES_MAX + 1; i++) {
    char one[16];
    snprintf(one, sizeof one, "{a%d}", i);
    strcat(text, one);
  }
  assert_non_null(strstr(refused(SIFT_PROTOCOL_LINES, text), "32"));
  text[0] = '\0';
  for (int i = 0; i < SIFT_TEMPLATE_PIECES_MAX + 1; i++) {
    strcat(text, "{a}");
  }
  assert_non_null(strstr(refused(SIFT_PROTOCOL_LINES, text), "64"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(literals_and_variables_are_put_together),
      cmocka_unit_test(the_first_alternative_whose_variables_are_all_there_counts),
      cmocka_unit_test(absent_and_empty_are_told_apart),
      cmocka_unit_test(variables_are_asked_for_once),
      cmocka_unit_test(a_backslash_takes_a_dot_or_brace_into_a_name),
      cmocka_unit_test(forward_knows_the_tag_and_its_parts),
      cmocka_unit_test(syslog_knows_its_header_and_structured_data),
      cmocka_unit_test(what_is_wrong_is_said_with_what_to_type),
      cmocka_unit_test(limits_hold),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
