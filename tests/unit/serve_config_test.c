#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/serve_support.h"
#include "tools/spacesift/serve_settings.h"

struct fixture {
  char path[TEST_PATH_BYTES];
  char file[TEST_PATH_BYTES + 16];
  struct sift_serve_settings settings;
};

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  make_directory(fixture->path);
  snprintf(fixture->file, sizeof fixture->file, "%s/c.yaml", fixture->path);
  sift_serve_settings_init(&fixture->settings);
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  sift_serve_settings_release(&fixture->settings);
  remove_directory(fixture->path);
  free(fixture);
  return 0;
}

/* Reads the file as it stands; what was said on standard error, with the directory's name taken out, to be freed. */
static char *read_it(struct fixture *fixture, int want) {
  int said = open(fixture->path, O_TMPFILE | O_RDWR, 0600);
  int real = dup(STDERR_FILENO);
  assert_true(said >= 0 && real >= 0);
  fflush(stderr);
  dup2(said, STDERR_FILENO);
  int status = sift_serve_config_read(&fixture->settings, fixture->file);
  fflush(stderr);
  dup2(real, STDERR_FILENO);
  close(real);
  off_t size = lseek(said, 0, SEEK_END);
  char *text = calloc(1, (size_t)size + 1);
  assert_int_equal(pread(said, text, (size_t)size, 0), size);
  close(said);
  size_t skip = strlen(fixture->path) + 1;
  for (char *at = NULL; (at = strstr(text, fixture->path)) != NULL;) {
    memmove(at, at + skip, strlen(at + skip) + 1);
  }
  if (status != want) {
    fail_msg("%d, not %d: %s", status, want, text);
  }
  return text;
}

static char *read_text(struct fixture *fixture, const char *yaml, int want) {
  write_bytes_to(fixture->path, "c.yaml", yaml, strlen(yaml));
  return read_it(fixture, want);
}

static void expect_good(struct fixture *fixture, const char *yaml) {
  char *said = read_text(fixture, yaml, SIFT_EXIT_OK);
  assert_string_equal(said, "");
  free(said);
}

static void expect_said(struct fixture *fixture, const char *yaml, const char *says) {
  char *said = read_text(fixture, yaml, SIFT_EXIT_USAGE);
  if (strstr(said, says) == NULL) {
    fail_msg("not '%s' but: %s", says, said);
  }
  free(said);
}

static void settings_stand_by_their_names(void **state) {
  struct fixture *fixture = *state;
  expect_good(fixture, "data-dir: /var/lib/spacesift\njobs: 3\nmemory-limit: 64M\nview-interval: \"2s\"\noverflow: drop-newest\n"
                       "no-cache: true # compile anew\nlog-format: json\n");
  const struct sift_server_config *config = &fixture->settings.config;
  assert_string_equal(config->data_dir, "/var/lib/spacesift");
  assert_int_equal(config->loops, 3);
  assert_int_equal(config->memory_limit, 64 << 20);
  assert_int_equal(config->view_ms, 2000);
  assert_true(config->drop_newest && fixture->settings.no_cache && fixture->settings.log_json);
}

static void listeners_are_urls_or_mappings(void **state) {
  struct fixture *fixture = *state;
  expect_good(fixture, "listen:\n"
                       "  - tcp://127.0.0.1:5140?channel=run\n"
                       "  - url: forward://:24224\n"
                       "    space: \"{tag}\"\n"
                       "    shared-key-file: /etc/key\n"
                       "  - text: 'a%41'\n"
                       "    url: syslog://:514\n");
  const struct sift_listener_config *listeners = fixture->settings.listeners;
  assert_int_equal(fixture->settings.listener_count, 3);
  assert_string_equal(listeners[0].channel, "run");
  assert_int_equal(listeners[1].kind, SIFT_PROTOCOL_FORWARD);
  assert_string_equal(listeners[1].space, "{tag}");
  assert_string_equal(listeners[1].shared_key_file, "/etc/key");
  assert_string_equal(listeners[2].text, "a%41"); /* only URLs are percent-decoded */
}

static void one_listener_needs_no_list(void **state) {
  struct fixture *fixture = *state;
  expect_good(fixture, "listen: tcp://:1\n");
  expect_good(fixture, "listen:\n  url: tcp://:2\n  space: x\n");
  assert_int_equal(fixture->settings.listener_count, 2);
  assert_string_equal(fixture->settings.listeners[1].space, "x");
}

static void options_of_the_command_line_stay(void **state) {
  struct fixture *fixture = *state;
  char error[SIFT_SERVE_ERROR_BYTES];
  assert_true(sift_serve_set(&fixture->settings, sift_span_of("jobs"), "7", true, error));
  assert_true(sift_serve_listen(&fixture->settings, "tcp://:1", error));
  expect_good(fixture, "jobs: 3\nlisten: tcp://:2\n");
  assert_int_equal(fixture->settings.config.loops, 7);
  assert_int_equal(fixture->settings.listener_count, 2);
}

static void what_is_wrong_is_said_with_file_line_and_column(void **state) {
  struct fixture *fixture = *state;
  expect_said(fixture, "# settings\njobs:  many\n", "c.yaml:2:8: ");
  expect_said(fixture, "# settings\njobs:  many\n", "jobs takes a whole number, not 'many'");
  expect_said(fixture, "jobs: 0\n", "c.yaml:1:7: ");
  expect_said(fixture, "jibs: 1\n", "there is no setting 'jibs': 'spacesift serve --help' lists them all");
  expect_said(fixture, "jobs:\n  - 1\n", "c.yaml:2:3: ");
  expect_said(fixture, "jobs:\n  - 1\n", "is no single value; write one value");
  expect_said(fixture, "listen:\n  - tcp://:1\n  - udp://:2\n", "c.yaml:3:5: ");
  expect_said(fixture, "listen:\n  - udp://:2\n", "'udp://:2' is no listener: type e.g. tcp://127.0.0.1:5140");
  expect_said(fixture, "listen:\n  - space: x\n", "a listener has no url; write url: tcp://HOST:PORT or the like");
  expect_said(fixture, "listen:\n  - url: tcp://:1\n    sapce: x\n", "c.yaml:3:12: ");
  expect_said(fixture, "listen:\n  - url: tcp://:1\n    sapce: x\n", "there is no option 'sapce'");
  expect_said(fixture, "listen:\n  - url: tcp://:1?space=a\n    space: b\n", "'space' is given twice");
  expect_said(fixture, "listen:\n  - url: [a]\n", "is no single value");
  expect_said(fixture, "- jobs\n", "the file holds no settings; write SETTING: VALUE, one a line");
  expect_said(fixture, "just words\n", "the file holds no settings");
  expect_said(fixture, "jobs: [1\n", "c.yaml:");
  expect_said(fixture, "data-dir: \"\"\n", "data-dir takes a value, not ''");
  expect_said(fixture, "data-dir: \"a\\0b\"\n", "c.yaml:1:");
}

static void all_problems_are_said_at_once(void **state) {
  struct fixture *fixture = *state;
  char *said = read_text(fixture, "jobs: 0\ngather: 5\nlisten: x\n", SIFT_EXIT_USAGE);
  assert_non_null(strstr(said, "c.yaml:1:"));
  assert_non_null(strstr(said, "c.yaml:2:"));
  assert_non_null(strstr(said, "c.yaml:3:"));
  free(said);
}

static void more_listeners_than_can_be_had_are_told(void **state) {
  struct fixture *fixture = *state;
  char yaml[4096] = "listen:\n";
  for (int i = 0; i <= SIFT_LISTENERS_MAX; i++) {
    snprintf(yaml + strlen(yaml), 32, "  - tcp://:1\n");
  }
  expect_said(fixture, yaml, "c.yaml:34:5: ");
  expect_said(fixture, "listen: tcp://:1\n", "at most 32 listeners can be had");
}

static void files_that_cannot_be_read_are_told(void **state) {
  struct fixture *fixture = *state;
  char *said = read_it(fixture, SIFT_EXIT_USAGE);
  assert_non_null(strstr(said, "c.yaml: No such file or directory"));
  free(said);
  char *large = malloc((1 << 20) + 1);
  memset(large, '#', (1 << 20) + 1);
  write_bytes_to(fixture->path, "c.yaml", large, (1 << 20) + 1);
  said = read_it(fixture, SIFT_EXIT_USAGE);
  assert_non_null(strstr(said, "c.yaml: cannot be read, or is larger than 1 MiB"));
  free(said);
  write_bytes_to(fixture->path, "c.yaml", large, 1 << 20);
  free(read_it(fixture, SIFT_EXIT_OK));
  free(large);
  char *name = strdup(fixture->path);
  snprintf(fixture->file, sizeof fixture->file, "%s", name);
  said = read_it(fixture, SIFT_EXIT_USAGE);
  assert_non_null(strstr(said, "cannot be read"));
  free(said);
  free(name);
}

static void an_empty_file_says_nothing(void **state) {
  expect_good(*state, "");
  expect_good(*state, "# nothing yet\n");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(settings_stand_by_their_names),
      TEST(listeners_are_urls_or_mappings),
      TEST(one_listener_needs_no_list),
      TEST(options_of_the_command_line_stay),
      TEST(what_is_wrong_is_said_with_file_line_and_column),
      TEST(all_problems_are_said_at_once),
      TEST(more_listeners_than_can_be_had_are_told),
      TEST(files_that_cannot_be_read_are_told),
      TEST(an_empty_file_says_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
