#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ingest/serve/entry.h"
#include "ingest/serve/keeper.h"
#include "ingest/serve/recall.h"
#include "tests/unit/loop_support.h"

/* A keeper over the world's hub and loop; the rules are the box's. */
struct kept {
  struct world *world;
  struct sift_rulebox *rules;
  struct sift_keeper *keeper;
  struct sift_checkpoints *checkpoints;
  struct sift_server_counters counters;
};

static struct sift_rulebox *make_rules(const struct test_rule *rules, size_t count) {
  struct sift_rulebox *box = NULL;
  struct sift_ruleset *ruleset = test_ruleset(rules, count);
  assert_int_equal(sift_rulebox_new(&box, ruleset, test_database(ruleset)), SIFT_OK);
  return box;
}

static void begin(struct kept *kept, struct world *world, struct sift_rulebox *rules) {
  *kept = (struct kept){.world = world, .rules = rules};
  const struct sift_keeper_config config = {.hub = &world->hub,
                                            .loops = &world->loop,
                                            .counters = &kept->counters,
                                            .spaces_max = 1000,
                                            .view_ms = 10,
                                            .checkpoint_ms = 3600000};
  char error[1024];
  assert_int_equal(sift_checkpoints_open(&kept->checkpoints, world->path, NULL, error, sizeof error), SIFT_OK);
  assert_int_equal(sift_keeper_new(&kept->keeper, &config, rules), SIFT_OK);
  sift_keeper_attach(kept->keeper, 1, kept->checkpoints);
}

static void end(struct kept *kept) {
  sift_keeper_free(kept->keeper);
  sift_checkpoints_free(kept->checkpoints);
}

static void line(struct world *world, const char *text) {
  uint32_t stream = sift_loop_stream(world->loop, PORT_LINES, sift_span_of("a/b"), sift_span_of("build"));
  struct sift_gather *gather = &world->loop->intakes[PORT_LINES].gather;
  uint32_t before = gather->len;
  assert_int_equal(sift_gather_record(gather, stream, sift_span_of(text), SIFT_TIME_NONE), SIFT_OK);
  sift_loop_hold(world->loop, gather->len - before);
  assert_int_equal(sift_loop_flush_all(world->loop), SIFT_OK);
}

/* How often the class "trouble" and the like have hit in the current view, all together. */
static uint64_t hits(struct sift_keeper *keeper) {
  struct sift_view *view = sift_keeper_view(keeper);
  uint64_t sum = 0;
  for (size_t i = 0; i < sift_view_ruleset(view)->class_count; i++) {
    sum += sift_view_class_hits(view)[i];
  }
  sift_view_release(view);
  return sum;
}

static uint64_t lines_of(struct sift_keeper *keeper) {
  struct sift_view *view = sift_keeper_view(keeper);
  uint64_t lines = sift_view_fleet(view)->lines;
  sift_view_release(view);
  return lines;
}

static void wait_for_lines(struct kept *kept, uint64_t lines) {
  const struct timespec pause = {.tv_nsec = 2000000};
  for (int i = 0; lines_of(kept->keeper) != lines; i++) {
    assert_true(i < 5000);
    nanosleep(&pause, NULL);
  }
}

static void views_follow_what_is_applied(void **state) {
  struct world *world = *state;
  struct kept kept;
  struct sift_rulebox *rules = make_rules(live_rules, LIVE_RULES);
  world_journal(world);
  begin(&kept, world, rules);
  assert_null(sift_keeper_view(kept.keeper));
  assert_int_equal(sift_keeper_start(kept.keeper), SIFT_OK);
  assert_int_equal(lines_of(kept.keeper), 0); /* there is one at once */
  assert_int_equal(sift_applier_start(world->hub.applier), SIFT_OK);
  line(world, "Warning: a");
  wait_for_lines(&kept, 1);
  line(world, "Warning: b");
  wait_for_lines(&kept, 2);
  assert_int_equal(hits(kept.keeper), 2);
  sift_applier_stop(world->hub.applier);
  assert_int_equal(sift_keeper_stop(kept.keeper), SIFT_OK);
  assert_int_equal(kept.counters.checkpoints, 1);
  end(&kept);
  sift_rulebox_release(rules);
}

static void a_checkpoint_is_taken_up_with_its_open_steps_by_other_rules_too(void **state) {
  struct world *world = *state;
  struct kept kept;
  struct sift_rulebox *rules = make_rules(live_rules, LIVE_RULES);
  world_journal(world);
  begin(&kept, world, rules);
  assert_int_equal(sift_keeper_start(kept.keeper), SIFT_OK);
  assert_int_equal(sift_applier_start(world->hub.applier), SIFT_OK);
  line(world, "Warning: a");
  line(world, "--> RUN x");
  line(world, "No module named 'x'");
  sift_applier_stop(world->hub.applier);
  assert_int_equal(sift_keeper_stop(kept.keeper), SIFT_OK);
  end(&kept);
  sift_rulebox_release(rules);

  struct sift_rulebox *fewer = make_rules(live_rules, 9); /* all but "warning" */
  struct sift_checkpoint *checkpoint = NULL;
  struct sift_state_input input;
  struct sift_span streams;
  begin(&kept, world, fewer);
  assert_int_equal(sift_checkpoints_load(kept.checkpoints, &checkpoint, NULL, NULL), SIFT_OK);
  assert_int_equal(checkpoint->manifest.journal_seq, 3);
  assert_int_equal(sift_recall_read(checkpoint->manifest.extra, &streams), SIFT_OK);
  sift_applier_free(world->hub.applier);
  const struct sift_applier_config config = {
      .database = fewer->database, .spaces_max = 1000, .seq_after = 3, .budget = &world->hub.budget};
  assert_int_equal(sift_applier_new(&world->hub.applier, &config), SIFT_OK);
  assert_int_equal(sift_applier_restore(world->hub.applier, streams), SIFT_OK);
  assert_int_equal(sift_checkpoint_state(checkpoint, &input), SIFT_OK);
  assert_int_equal(sift_keeper_restore(kept.keeper, input, 3), SIFT_OK);
  sift_checkpoint_free(checkpoint);
  assert_int_equal(sift_keeper_start(kept.keeper), SIFT_OK);
  assert_int_equal(lines_of(kept.keeper), 3);
  struct sift_view *view = sift_keeper_view(kept.keeper);
  struct sift_view_look *look = NULL;
  const struct sift_space *space = NULL;
  const struct sift_verdict *verdict = NULL;
  assert_int_equal(sift_view_look_new(&look, view), SIFT_OK);
  assert_int_equal(sift_view_look_at(look, sift_span_of("a/b"), &space, &verdict), SIFT_OK);
  assert_int_equal(space->evidence_count, 2); /* the step's start, and what waits in it */
  sift_view_look_free(look);
  sift_view_release(view);
  assert_int_equal(sift_keeper_stop(kept.keeper), SIFT_OK);
  end(&kept);
  sift_applier_free(world->hub.applier);
  world_applier(world);
  sift_rulebox_release(fewer);
}

/* The world's own rules again, for those of the test are let go before the world is. */
static void back_to_old_rules(struct world *world) {
  sift_loop_free(world->loop);
  assert_int_equal(sift_loop_new(&world->loop, &world->hub, 0, world->database, 0), SIFT_OK);
  sift_applier_free(world->hub.applier);
  world_applier(world);
}

static void rules_change_and_what_both_know_stays(void **state) {
  struct world *world = *state;
  struct kept kept;
  struct sift_rulebox *rules = make_rules(live_rules, LIVE_RULES);
  struct sift_rulebox *fewer = make_rules(live_rules, 9);
  const struct timespec pause = {.tv_nsec = 2000000};
  world_journal(world);
  begin(&kept, world, rules);
  assert_int_equal(sift_loop_start(world->loop), SIFT_OK);
  assert_int_equal(sift_keeper_start(kept.keeper), SIFT_OK);
  assert_int_equal(sift_applier_start(world->hub.applier), SIFT_OK);
  int fds[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
  sift_loop_adopt(world->loop, PORT_LINES, fds[1], "peer");
  assert_int_equal(send(fds[0], "Warning: a\nMemory limit exceeded\n", 33, 0), 33);
  wait_for_lines(&kept, 2);
  assert_int_equal(hits(kept.keeper), 2);
  sift_rulebox_acquire(rules);
  sift_keeper_reload(kept.keeper, rules); /* the same: nothing happens */
  sift_rulebox_acquire(fewer);
  for (int i = 0; i < 25; i++) {
    nanosleep(&pause, NULL);
  }
  sift_keeper_reload(kept.keeper, fewer);
  for (int i = 0; sift_loop_database(world->loop) != fewer->database || sift_count_get(&kept.counters.reloads) == 0; i++) {
    assert_true(i < 5000);
    nanosleep(&pause, NULL);
  }
  assert_int_equal(world->fatal, SIFT_OK);
  assert_int_equal(hits(kept.keeper), 1);
  assert_int_equal(lines_of(kept.keeper), 2);
  assert_int_equal(send(fds[0], "Warning: b\nMemory limit exceeded\n", 33, 0), 33);
  wait_for_lines(&kept, 4);
  assert_int_equal(hits(kept.keeper), 2);
  sift_keeper_settle(kept.keeper);
  sift_rulebox_acquire(rules);
  sift_keeper_reload(kept.keeper, rules); /* too late: the loops are about to end */
  sift_loop_stop(world->loop, 5000);
  sift_loop_join(world->loop);
  sift_applier_stop(world->hub.applier);
  assert_int_equal(sift_keeper_stop(kept.keeper), SIFT_OK);
  assert_int_equal(kept.counters.reloads, 1);
  assert_int_equal(kept.counters.reloads_failed, 0);
  close(fds[0]);
  back_to_old_rules(world);
  end(&kept);
  sift_rulebox_release(fewer);
  sift_rulebox_release(rules);
}

/* The loop does not go round, so it never takes the new rules, which the applier has by then. */
static void rules_that_only_some_took_stay_until_all_is_over(void **state) {
  struct world *world = *state;
  struct kept kept;
  struct sift_rulebox *rules = make_rules(live_rules, LIVE_RULES);
  struct sift_rulebox *fewer = make_rules(live_rules, 9);
  const struct timespec pause = {.tv_nsec = 2000000};
  world_journal(world);
  begin(&kept, world, rules);
  assert_int_equal(sift_keeper_start(kept.keeper), SIFT_OK);
  assert_int_equal(sift_applier_start(world->hub.applier), SIFT_OK);
  sift_keeper_reload(kept.keeper, fewer); /* the only reference */
  for (int i = 0; sift_count_get(&kept.counters.reloads_failed) == 0; i++) {
    assert_true(i < 20000);
    nanosleep(&pause, NULL);
  }
  sift_keeper_settle(kept.keeper); /* it is over by then */
  assert_int_equal(world->fatal, SIFT_ELIMIT);
  sift_applier_stop(world->hub.applier);
  (void)sift_keeper_stop(kept.keeper); /* the applier still speaks in terms of the new rules */
  back_to_old_rules(world);
  end(&kept);
  sift_rulebox_release(rules);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up_ticking, world_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(views_follow_what_is_applied),
      TEST(a_checkpoint_is_taken_up_with_its_open_steps_by_other_rules_too),
      TEST(rules_change_and_what_both_know_stays),
      TEST(rules_that_only_some_took_stay_until_all_is_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
