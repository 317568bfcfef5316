#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/loop_support.h"

enum { CLIENTS = 8, LINES_EACH = 500 };

/* A connection as the acceptor hands it over; the other end, which may wait. */
static int hand_over(struct world *world) {
  int fds[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
  sift_loop_adopt(world->loop, PORT_LINES, fds[1], "peer");
  return fds[0];
}

static void wait_while(struct world *world, bool (*going_on)(const struct world *world)) {
  const struct timespec pause = {.tv_nsec = 1000000};
  for (int i = 0; going_on(world); i++) {
    assert_true(i < 20000);
    nanosleep(&pause, NULL);
  }
}

static bool some_are_open(const struct world *world) {
  return sift_loop_connections(world->loop) > 0;
}

static void *send_lines(void *context) {
  int fd = *(int *)context;
  for (int i = 0; i < LINES_EACH; i++) {
    live_must(send(fd, "Warning: of a client\n", 21, MSG_NOSIGNAL) == 21);
  }
  close(fd);
  return NULL;
}

static void what_many_send_at_once_is_all_taken(void **state) {
  struct world *world = *state;
  pthread_t threads[CLIENTS];
  int fds[CLIENTS];
  char want[100];
  assert_int_equal(sift_loop_start(world->loop), SIFT_OK);
  for (int i = 0; i < CLIENTS; i++) {
    fds[i] = hand_over(world);
    assert_int_equal(pthread_create(&threads[i], NULL, send_lines, &fds[i]), 0);
  }
  for (int i = 0; i < CLIENTS; i++) {
    pthread_join(threads[i], NULL);
  }
  wait_while(world, some_are_open);
  sift_loop_stop(world->loop, 5000);
  sift_loop_join(world->loop);
  assert_int_equal(sift_loop_counters(world->loop)->listeners[PORT_LINES].lines, CLIENTS * LINES_EACH);
  snprintf(want, sizeof want, "a/b %d\n  warning x%d Warning: of a client\n", CLIENTS * LINES_EACH, CLIENTS * LINES_EACH);
  world_expect(world, want);
}

static void what_has_come_before_the_end_is_read_and_handed_on(void **state) {
  struct world *world = *state;
  int fd = hand_over(world);
  for (int i = 0; i < 100; i++) {
    assert_int_equal(send(fd, "Warning: before the end\n", 24, 0), 24);
  }
  assert_int_equal(sift_loop_start(world->loop), SIFT_OK);
  sift_loop_stop(world->loop, 5000);
  sift_loop_join(world->loop);
  assert_string_equal(world_heard(fd), "<end>");
  assert_int_equal(world_closed(world, PORT_LINES, SIFT_CLOSE_SHUTDOWN), 1);
  world_expect(world, "a/b 100\n  warning x100 Warning: before the end\n");
  close(fd);
}

static void stopping_waits_for_acks_no_longer_than_it_may(void **state) {
  struct world *world = *state;
  world_journal(world);
  test_disk_plan(&world->disk, DISK_SYNC, 0, UINT64_MAX, EIO); /* no ack will ever be due */
  int fds[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
  sift_loop_adopt(world->loop, PORT_FORWARD, fds[1], "peer");
  world_turn(world);
  world_forward(world, fds[0], "a/b", "x", "1");
  assert_int_equal(sift_loop_start(world->loop), SIFT_OK);
  int64_t begun = sift_monotonic_ns();
  sift_loop_stop(world->loop, 300);
  sift_loop_join(world->loop);
  int64_t took_ms = (sift_monotonic_ns() - begun) / 1000000;
  assert_true(took_ms >= 300 && took_ms < 20000);
  assert_string_equal(world_heard(fds[0]), "<end>"); /* and no ack before */
  test_disk_plan(&world->disk, 0, 0, 0, 0);
  close(fds[0]);
}

static bool is_not_paused(const struct world *world) {
  return sift_count_get(&sift_loop_counters(world->loop)->paused) == 0;
}

static bool is_paused(const struct world *world) {
  return !is_not_paused(world);
}

static bool has_read_nothing(const struct world *world) {
  return sift_count_get(&sift_loop_counters(world->loop)->listeners[PORT_LINES].lines) == 0;
}

static void reading_stops_at_the_memory_limit_and_goes_on_below_it(void **state) {
  struct world *world = *state;
  int fd = hand_over(world);
  assert_int_equal(sift_loop_start(world->loop), SIFT_OK);
  sift_budget_take(&world->hub.budget, world->hub.budget.limit);
  wait_while(world, is_not_paused);
  assert_int_equal(send(fd, "Warning: waits\n", 15, 0), 15);
  const struct timespec pause = {.tv_nsec = 50000000};
  nanosleep(&pause, NULL);
  assert_true(has_read_nothing(world));
  sift_budget_give(&world->hub.budget, world->hub.budget.limit / 16);
  nanosleep(&pause, NULL);
  assert_true(has_read_nothing(world)); /* not at the first byte of room */
  sift_budget_give(&world->hub.budget, world->hub.budget.limit - world->hub.budget.limit / 16);
  wait_while(world, is_paused);
  wait_while(world, has_read_nothing);
  sift_loop_stop(world->loop, 1000);
  sift_loop_join(world->loop);
  close(fd);
}

static void entries_that_the_disk_does_not_take_stop_the_reading_too(void **state) {
  struct world *world = *state;
  world_journal(world);
  test_disk_plan(&world->disk, DISK_SYNC, 0, UINT64_MAX, EIO);
  world->hub.budget.limit = 256 << 10;
  int fd = hand_over(world);
  assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
  assert_int_equal(sift_loop_start(world->loop), SIFT_OK);
  assert_int_equal(sift_applier_start(world->hub.applier), SIFT_OK); /* so that its queue is not what stops it */
  uint64_t random = 88172645463325252U;
  for (int i = 0; is_not_paused(world); i++) { /* lines whose events compress badly */
    char line[400];
    int len = snprintf(line, sizeof line, "Warning: ");
    for (int j = 0; j < 40; j++) {
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      len += snprintf(line + len, sizeof line - (size_t)len, "%08u", (unsigned)(random % 100000000));
    }
    line[len++] = '\n';
    assert_true(i < 200000);
    (void)!send(fd, line, (size_t)len, MSG_NOSIGNAL);
    const struct timespec pause = {.tv_nsec = 100000};
    nanosleep(&pause, NULL);
  }
  assert_true(sift_journal_queued_bytes(world->hub.journal) > 100000);
  test_disk_plan(&world->disk, 0, 0, 0, 0);
  wait_while(world, is_paused);
  sift_loop_stop(world->loop, 1000);
  sift_loop_join(world->loop);
  close(fd);
}

static bool has_old_rules(const struct world *world) {
  return sift_loop_database(world->loop) == world->database;
}

static void rules_change_while_lines_come(void **state) {
  struct world *world = *state;
  struct sift_database *database = test_database(world->ruleset);
  pthread_t thread;
  char want[100];
  assert_int_equal(sift_loop_start(world->loop), SIFT_OK);
  int fd = hand_over(world);
  assert_int_equal(pthread_create(&thread, NULL, send_lines, &fd), 0);
  sift_loop_swap(world->loop, database);
  wait_while(world, has_old_rules);
  pthread_join(thread, NULL);
  wait_while(world, some_are_open);
  sift_loop_stop(world->loop, 1000);
  sift_loop_join(world->loop);
  snprintf(want, sizeof want, "a/b %d\n  warning x%d Warning: of a client\n", LINES_EACH, LINES_EACH);
  world_expect(world, want);
  sift_loop_free(world->loop);
  sift_database_free(database);
  assert_int_equal(sift_loop_new(&world->loop, &world->hub, 0, world->database, 0), SIFT_OK);
}

static void connections_that_were_never_taken_up_are_closed(void **state) {
  struct world *world = *state;
  int fd = hand_over(world);
  assert_int_equal(sift_loop_connections(world->loop), 1);
  sift_loop_free(world->loop);
  assert_string_equal(world_heard(fd), "<end>");
  assert_int_equal(sift_loop_new(&world->loop, &world->hub, 0, world->database, 0), SIFT_OK);
  close(fd);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up_ticking, world_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(what_many_send_at_once_is_all_taken),
      TEST(what_has_come_before_the_end_is_read_and_handed_on),
      TEST(stopping_waits_for_acks_no_longer_than_it_may),
      TEST(reading_stops_at_the_memory_limit_and_goes_on_below_it),
      TEST(entries_that_the_disk_does_not_take_stop_the_reading_too),
      TEST(rules_change_while_lines_come),
      TEST(connections_that_were_never_taken_up_are_closed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
