#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "ingest/serve/checkpoint.h"
#include "ingest/serve/server.h"
#include "tests/support/live_worker.h"
#include "tests/unit/serve_support.h"

struct fixture {
  char path[TEST_PATH_BYTES], socket[TEST_PATH_BYTES + 16], data[TEST_PATH_BYTES + 16], journal[TEST_PATH_BYTES + 32];
  struct sift_arena arena;
  struct sift_listener_config listener;
  struct sift_server_config config;
  char error[SIFT_SERVER_ERROR_BYTES];
  enum sift_status loads; /* what the rules' loader says */
  struct sift_server *server;
  enum sift_status ran;
};

static enum sift_status load(void *context, struct sift_rulebox **out, char error[SIFT_SERVER_ERROR_BYTES]) {
  struct fixture *fixture = context;
  *out = NULL;
  if (fixture->loads != SIFT_OK) {
    snprintf(error, SIFT_SERVER_ERROR_BYTES, "the rules are wrong");
    return fixture->loads;
  }
  struct sift_ruleset *ruleset = test_ruleset(live_rules, LIVE_RULES);
  return sift_rulebox_new(out, ruleset, test_database(ruleset));
}

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  char url[TEST_PATH_BYTES + 64];
  char wrong[SIFT_LISTENER_ERROR_BYTES];
  make_directory(fixture->path);
  sift_arena_init(&fixture->arena);
  snprintf(fixture->socket, sizeof fixture->socket, "%s/socket", fixture->path);
  snprintf(fixture->data, sizeof fixture->data, "%s/data", fixture->path);
  snprintf(fixture->journal, sizeof fixture->journal, "%s/journal", fixture->data);
  snprintf(url, sizeof url, "tcp+unix://%s?space=a/b&channel=build", fixture->socket);
  assert_int_equal(sift_listener_parse(&fixture->listener, &fixture->arena, url, wrong), SIFT_OK);
  fixture->config = sift_server_config_usual();
  fixture->config.listeners = &fixture->listener;
  fixture->config.listener_count = 1;
  fixture->config.loops = 2;
  fixture->config.view_ms = 10;
  fixture->config.rules = (struct sift_server_rules){fixture, load};
  *state = fixture;
  return 0;
}

static void empty(const char *path) {
  DIR *list = opendir(path);
  if (list != NULL) {
    closedir(list);
    remove_directory(path);
  }
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  empty(fixture->journal);
  empty(fixture->data);
  sift_arena_release(&fixture->arena);
  remove_directory(fixture->path);
  free(fixture);
  return 0;
}

static void *run(void *context) {
  struct fixture *fixture = context;
  fixture->ran = sift_server_run(fixture->server, fixture->error);
  return NULL;
}

/* Connects once it serves, sends, and ends it as systemd would. */
static void serve_lines(struct fixture *fixture, const char *lines) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const struct timeval patience = {.tv_sec = 30};
  pthread_t thread;
  enum sift_status status = sift_server_new(&fixture->server, &fixture->config, fixture->error);
  if (status != SIFT_OK) {
    fail_msg("%s", fixture->error);
  }
  assert_int_equal(pthread_create(&thread, NULL, run, fixture), 0);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
  snprintf(address.sun_path, sizeof address.sun_path, "%.100s", fixture->socket);
  assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(send(fd, lines, strlen(lines), 0), strlen(lines));
  char byte = 0;
  shutdown(fd, SHUT_WR);
  assert_int_equal(recv(fd, &byte, 1, 0), 0); /* it has read all */
  close(fd);
  kill(getpid(), SIGTERM);
  pthread_join(thread, NULL);
  if (fixture->ran != SIFT_OK) {
    fail_msg("%s", fixture->error);
  }
  sift_server_free(fixture->server);
}

/* What the newest checkpoint holds, to be freed. */
static char *checkpoint_text(struct fixture *fixture) {
  struct sift_checkpoints *checkpoints = NULL;
  struct sift_checkpoint *checkpoint = NULL;
  struct sift_state_input input;
  struct sift_state_buffer state = {0};
  struct sift_ruleset *ruleset = test_ruleset(live_rules, LIVE_RULES);
  size_t got = 1;
  assert_int_equal(sift_checkpoints_open(&checkpoints, fixture->data, NULL, fixture->error, sizeof fixture->error), SIFT_OK);
  assert_int_equal(sift_checkpoints_load(checkpoints, &checkpoint, NULL, NULL), SIFT_OK);
  assert_non_null(checkpoint);
  assert_int_equal(sift_checkpoint_state(checkpoint, &input), SIFT_OK);
  struct sift_state_output output = sift_state_buffer_output(&state);
  while (got > 0) {
    char bytes[4096];
    assert_int_equal(input.read(input.context, bytes, sizeof bytes, &got), SIFT_OK);
    assert_int_equal(output.write(output.context, bytes, got), SIFT_OK);
  }
  char *text = live_text(ruleset, &state);
  sift_state_buffer_release(&state);
  sift_checkpoint_free(checkpoint);
  sift_checkpoints_free(checkpoints);
  sift_ruleset_free(ruleset);
  return text;
}

static void expect_checkpoint(struct fixture *fixture, const char *want) {
  char *text = checkpoint_text(fixture);
  assert_string_equal(text, want);
  free(text);
}

static void what_was_sent_outlasts_the_server_and_is_gone_on_from(void **state) {
  struct fixture *fixture = *state;
  fixture->config.data_dir = fixture->data;
  serve_lines(fixture, "--> RUN x\nNo module named 'x'\n");
  expect_checkpoint(fixture, "a/b 2\n  start x1 \n"); /* what is in an open step stands beside */
  serve_lines(fixture, "DONE\nNo module named 'y'\n");
  expect_checkpoint(fixture, "a/b 4\n  module x1 No module named 'y'|y|\n  module demoted x1 No module named 'x'|x|\n"
                             "  ok x1 \n  start x1 \n");
}

static void without_checkpoints_the_journal_is_replayed(void **state) {
  struct fixture *fixture = *state;
  fixture->config.data_dir = fixture->data;
  serve_lines(fixture, "Warning: a\nWarning: b\n");
  DIR *list = opendir(fixture->data);
  struct dirent *entry = NULL;
  assert_non_null(list);
  while ((entry = readdir(list)) != NULL) {
    if (strncmp(entry->d_name, "checkpoint-", 11) == 0) {
      assert_int_equal(unlinkat(dirfd(list), entry->d_name, 0), 0);
    }
  }
  closedir(list);
  serve_lines(fixture, "Warning: c\n");
  expect_checkpoint(fixture, "a/b 3\n  warning x3 Warning: c\n");
}

static void nothing_is_left_open_when_it_cannot_begin(void **state) {
  struct fixture *fixture = *state;
  fixture->loads = SIFT_ERULES;
  assert_int_equal(sift_server_new(&fixture->server, &fixture->config, fixture->error), SIFT_ERULES);
  assert_null(fixture->server);
  assert_string_equal(fixture->error, "the rules are wrong");
  assert_int_equal(sift_server_check(&fixture->config, fixture->error), SIFT_ERULES);
  assert_string_equal(fixture->error, "the rules are wrong");
  fixture->loads = SIFT_OK;
  write_bytes_to(fixture->path, "data", "a file", 6);
  fixture->config.data_dir = fixture->data;
  assert_int_not_equal(sift_server_new(&fixture->server, &fixture->config, fixture->error), SIFT_OK);
  assert_non_null(strstr(fixture->error, fixture->data));
  unlink(fixture->data);
  struct stat stat;
  assert_int_not_equal(lstat(fixture->socket, &stat), 0); /* the socket went with it */
  sift_server_free(NULL);
}

static void checking_opens_nothing(void **state) {
  struct fixture *fixture = *state;
  struct stat stat;
  fixture->config.data_dir = fixture->data;
  assert_int_equal(sift_server_check(&fixture->config, fixture->error), SIFT_OK);
  assert_int_not_equal(lstat(fixture->socket, &stat), 0);
  assert_int_not_equal(lstat(fixture->data, &stat), 0);
  fixture->config.listener_count = SIFT_LISTENERS_MAX + 1;
  assert_int_equal(sift_server_check(&fixture->config, fixture->error), SIFT_EINVAL);
  assert_string_equal(fixture->error, "there are 33 listeners; at most 32 can be had");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(what_was_sent_outlasts_the_server_and_is_gone_on_from),
      TEST(without_checkpoints_the_journal_is_replayed),
      TEST(nothing_is_left_open_when_it_cannot_begin),
      TEST(checking_opens_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
