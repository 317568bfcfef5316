#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <time.h>

#include "ingest/serve/note.h"
#include "tests/unit/serve_support.h"

/* Standard error goes to a file while `say` runs; what it said, to be freed. */
static char *heard(void (*say)(struct sift_note *note), struct sift_note *note) {
  char path[] = "/tmp/spacesift-note-XXXXXX";
  int file = mkstemp(path);
  int real = dup(STDERR_FILENO);
  assert_true(file >= 0 && real >= 0);
  unlink(path);
  dup2(file, STDERR_FILENO);
  say(note);
  dup2(real, STDERR_FILENO);
  close(real);
  off_t size = lseek(file, 0, SEEK_END);
  char *text = calloc(1, (size_t)size + 1);
  assert_int_equal(pread(file, text, (size_t)size, 0), size);
  close(file);
  return text;
}

static size_t count(const char *text, const char *what) {
  size_t found = 0;
  for (const char *at = text; (at = strstr(at, what)) != NULL; at++) {
    found++;
  }
  return found;
}

/* So that what follows happens within one second. */
static void wait_for_a_fresh_second(void) {
  struct timespec now;
  do {
    const struct timespec pause = {.tv_nsec = 5000000};
    nanosleep(&pause, NULL);
    clock_gettime(CLOCK_REALTIME, &now);
  } while (now.tv_nsec > 200000000);
}

static void say_one_of_each(struct sift_note *note) {
  sift_note_say(note, SIFT_NOTE_DEBUG, SIFT_NOTE_ALWAYS, "a %s", "detail");
  sift_note_say(note, SIFT_NOTE_INFO, SIFT_NOTE_ALWAYS, "an %s", "information");
  sift_note_say(note, SIFT_NOTE_WARNING, SIFT_NOTE_CONNECTION, "a %s", "warning");
  sift_note_say(note, SIFT_NOTE_ERROR, SIFT_NOTE_DAMAGE, "an %s", "error");
  sift_note_say(NULL, SIFT_NOTE_ERROR, SIFT_NOTE_ALWAYS, "nobody");
}

static void what_is_below_the_level_is_not_said(void **state) {
  struct sift_note *note = sift_note_new(SIFT_NOTE_WARNING, false);
  (void)state;
  char *text = heard(say_one_of_each, note);
  assert_int_equal(count(text, "\n"), 2);
  assert_non_null(strstr(text, "Z warning a warning\n"));
  assert_non_null(strstr(text, "Z error   an error\n"));
  free(text);
  sift_note_free(note);
  note = sift_note_new(SIFT_NOTE_DEBUG, false);
  text = heard(say_one_of_each, note);
  assert_int_equal(count(text, "\n"), 4);
  free(text);
  sift_note_free(note);
  sift_note_free(NULL);
}

static bool held_up; /* the flood did not come within one second */

static void flood(struct sift_note *note) {
  wait_for_a_fresh_second();
  time_t begun = time(NULL);
  for (int i = 0; i < 100; i++) {
    sift_note_say(note, SIFT_NOTE_WARNING, SIFT_NOTE_CONNECTION, "connection %d", i);
    sift_note_say(note, SIFT_NOTE_WARNING, SIFT_NOTE_DAMAGE, "damage %d", i);
    sift_note_say(note, SIFT_NOTE_WARNING, SIFT_NOTE_ALWAYS, "always %d", i);
  }
  held_up = time(NULL) != begun;
  const struct timespec second = {.tv_sec = 1};
  nanosleep(&second, NULL);
  sift_note_say(note, SIFT_NOTE_WARNING, SIFT_NOTE_CONNECTION, "later");
}

static void ten_a_second_of_a_kind_are_said_and_the_others_counted(void **state) {
  (void)state;
  for (int json = 0; json <= 1; json++) {
    struct sift_note *note = sift_note_new(SIFT_NOTE_INFO, json != 0);
    char *text = heard(flood, note);
    for (int again = 0; held_up && again < 20; again++) {
      free(text);
      sift_note_free(note);
      note = sift_note_new(SIFT_NOTE_INFO, json != 0);
      text = heard(flood, note);
    }
    assert_int_equal(count(text, "connection "), 10);
    assert_int_equal(count(text, "damage "), 10);
    assert_int_equal(count(text, "always "), 100);
    assert_non_null(strstr(text, json != 0 ? "\"message\":\"later\",\"kept_back\":90}\n"
                                           : "warning later (90 more like this were kept back)\n"));
    assert_int_equal(sift_note_suppressed(note), 180);
    free(text);
    sift_note_free(note);
  }
}

static void say_bad_things(struct sift_note *note) {
  sift_note_say(note, SIFT_NOTE_INFO, SIFT_NOTE_ALWAYS,
                "tab\there\r\nfake line\x1b[31m red \x7f \"quoted\" \\ \xff\xfe \xc2\x9b end");
}

static void control_characters_forge_no_line_and_no_colour(void **state) {
  struct sift_note *note = sift_note_new(SIFT_NOTE_INFO, false);
  (void)state;
  char *text = heard(say_bad_things, note);
  assert_int_equal(count(text, "\n"), 1);
  assert_non_null(strstr(text, " info    tab here\\x0d\\x0afake line\\x1b[31m red \\x7f \"quoted\" \\ \\xff\\xfe \\u{9b} end\n"));
  for (const char *at = text; at[1] != '\0'; at++) {
    assert_true((unsigned char)*at >= 0x20 && *at != 0x7F);
  }
  free(text);
  sift_note_free(note);
}

static void json_is_one_valid_object_a_line(void **state) {
  struct sift_note *note = sift_note_new(SIFT_NOTE_INFO, true);
  (void)state;
  char *text = heard(say_bad_things, note);
  assert_int_equal(strncmp(text, "{\"time\":\"20", 11), 0);
  assert_non_null(strstr(text, "Z\",\"level\":\"info\",\"message\":\"tab\\there\\r\\nfake line\\u001b[31m red "));
  assert_non_null(strstr(text, "\\\"quoted\\\" \\\\ \xEF\xBF\xBD\xEF\xBF\xBD \xc2\x9b end\"}\n")); /* U+FFFD for what is no UTF-8 */
  assert_int_equal(count(text, "\n"), 1);
  free(text);
  sift_note_free(note);
}

static void say_much(struct sift_note *note) {
  char much[5000];
  memset(much, 'm', sizeof much);
  memcpy(much + 1021, "\xe2\x82\xac\xe2\x82\xac", 6); /* the cut falls into a character */
  much[sizeof much - 1] = '\0';
  sift_note_say(note, SIFT_NOTE_WARNING, SIFT_NOTE_ALWAYS, "%s", much);
}

static void what_is_too_long_is_cut_and_still_a_line(void **state) {
  (void)state;
  for (int json = 0; json <= 1; json++) {
    struct sift_note *note = sift_note_new(SIFT_NOTE_INFO, json != 0);
    char *text = heard(say_much, note);
    assert_int_equal(count(text, "\n"), 1);
    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_true(strlen(text) > 1000 && strlen(text) < 1100);
    if (json != 0) {
      assert_int_equal(count(text, "\"}\n"), 1);
      assert_int_equal(count(text, "\xe2\x82\""), 0);
    }
    free(text);
    sift_note_free(note);
  }
}

static void *say_many(void *context) {
  for (int i = 0; i < 500; i++) {
    sift_note_say(context, SIFT_NOTE_INFO, SIFT_NOTE_ALWAYS, "begin middle end");
  }
  return NULL;
}

static void say_in_threads(struct sift_note *note) {
  pthread_t threads[3];
  for (int i = 0; i < 3; i++) {
    pthread_create(&threads[i], NULL, say_many, note);
  }
  for (int i = 0; i < 3; i++) {
    pthread_join(threads[i], NULL);
  }
}

static void lines_of_threads_do_not_mix(void **state) {
  struct sift_note *note = sift_note_new(SIFT_NOTE_INFO, false);
  (void)state;
  char *text = heard(say_in_threads, note);
  assert_int_equal(count(text, "Z info    begin middle end\n"), 1500);
  assert_int_equal(count(text, "\n"), 1500);
  free(text);
  sift_note_free(note);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_below_the_level_is_not_said),
      cmocka_unit_test(ten_a_second_of_a_kind_are_said_and_the_others_counted),
      cmocka_unit_test(control_characters_forge_no_line_and_no_colour),
      cmocka_unit_test(json_is_one_valid_object_a_line),
      cmocka_unit_test(what_is_too_long_is_cut_and_still_a_line),
      cmocka_unit_test(lines_of_threads_do_not_mix),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
