#include "ingest/serve/keeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/event.h"
#include "engine/state_translate.h"
#include "engine/unpack.h"
#include "ingest/serve/loop_internal.h"
#include "ingest/serve/recall.h"

enum {
  SHARE = 10,        /* views may take one part in so many of a core */
  STALE_MS = 10000,  /* a view without anything new is judged anew after so long: verdicts depend on time */
  DURABLE_MS = 5000, /* a checkpoint waits so long for the journal */
  SWAP_MS = 10000,   /* loops change their rules between two batches */
  NS_A_MS = 1000000,
};

struct sift_keeper {
  struct sift_keeper_config config;
  struct sift_rulebox *rules;
  pthread_t thread;
  bool started;
  pthread_mutex_t lock; /* of view, next, reloading, settled, asked and stopping */
  pthread_cond_t wake, idle;
  struct sift_view *view;
  struct sift_rulebox *next; /* rules to change to */
  struct sift_rulebox *half; /* rules that applier and loops may have, though the change failed */
  bool reloading;            /* told of by `idle` when it is over */
  bool settled;              /* no more changes of rules */
  bool asked;                /* to look at the files of facts now */
  bool stopping;

  uint64_t seq;                   /* all entries up to it are in the view */
  struct sift_pack streams;       /* as they were then */
  uint64_t kept_seq, kept_before; /* what the last two checkpoints cover */
  int64_t checkpoint_ns;          /* monotonic */
  int64_t built_ns, build_took_ns;
  int64_t looked_ns; /* when it was last asked whether there is anything new */
};

/* ---- lifecycle ---- */

enum sift_status sift_keeper_new(struct sift_keeper **out, const struct sift_keeper_config *config, struct sift_rulebox *rules) {
  struct sift_keeper *keeper = calloc(1, sizeof *keeper);
  *out = keeper;
  if (keeper == NULL) {
    return SIFT_ENOMEM;
  }
  keeper->config = *config;
  keeper->rules = rules;
  sift_rulebox_acquire(rules);
  pthread_mutex_init(&keeper->lock, NULL);
  pthread_condattr_t clock;
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_cond_init(&keeper->wake, &clock);
  pthread_condattr_destroy(&clock);
  pthread_cond_init(&keeper->idle, NULL);
  return SIFT_OK;
}

void sift_keeper_free(struct sift_keeper *keeper) {
  if (keeper == NULL) {
    return;
  }
  sift_view_release(keeper->view);
  sift_rulebox_release(keeper->rules);
  sift_rulebox_release(keeper->next);
  sift_rulebox_release(keeper->half);
  sift_pack_release(&keeper->streams);
  pthread_cond_destroy(&keeper->wake);
  pthread_cond_destroy(&keeper->idle);
  pthread_mutex_destroy(&keeper->lock);
  free(keeper);
}

void sift_keeper_attach(struct sift_keeper *keeper, size_t loop_count, struct sift_checkpoints *checkpoints) {
  keeper->config.loop_count = loop_count;
  keeper->config.checkpoints = checkpoints;
}

struct sift_view *sift_keeper_view(struct sift_keeper *keeper) {
  pthread_mutex_lock(&keeper->lock);
  struct sift_view *view = keeper->view != NULL ? sift_view_acquire(keeper->view) : NULL;
  pthread_mutex_unlock(&keeper->lock);
  return view;
}

static void publish(struct sift_keeper *keeper, struct sift_view *view) {
  pthread_mutex_lock(&keeper->lock);
  struct sift_view *old = keeper->view;
  keeper->view = view;
  pthread_mutex_unlock(&keeper->lock);
  sift_view_release(old);
}

static void say(const struct sift_keeper *keeper, enum sift_note_level level, const char *what, const char *why) {
  sift_note_say(keeper->config.hub->note, level, SIFT_NOTE_ALWAYS, "%s%s%s", what, why[0] != '\0' ? ": " : "", why);
}

/* ---- views ---- */

/* Builds and publishes: the base, some runs, an overlay. */
static enum sift_status build(struct sift_keeper *keeper, struct sift_view *base, const struct sift_run *runs, size_t run_count,
                              const struct sift_state_buffer *overlay, struct sift_rulebox *rules) {
  struct sift_view *view = NULL;
  const struct sift_run open_steps = {.bytes = overlay != NULL ? overlay->bytes : NULL,
                                      .size = overlay != NULL ? overlay->size : 0};
  struct sift_lookout *lookout = keeper->config.lookout;
  const struct sift_view_input input = {
      .base = base,
      .runs = runs,
      .run_count = run_count,
      .overlay = &open_steps,
      .overlay_count = overlay != NULL && overlay->size > 0,
      .facts = lookout != NULL ? sift_lookout_facts(lookout) : NULL,
      .page = lookout != NULL ? sift_lookout_page(lookout) : NULL,
      .rules = sift_rulebox_view(rules),
      .spaces_max = keeper->config.spaces_max,
      .now_ns = sift_realtime_ns(),
  };
  int64_t begun = sift_monotonic_ns();
  enum sift_status status = sift_view_build(&view, &input);
  keeper->built_ns = sift_monotonic_ns();
  keeper->build_took_ns = keeper->built_ns - begun;
  if (status == SIFT_OK) {
    sift_histogram_add(&keeper->config.counters->view_ns, SIFT_VIEW_NS_START, (uint64_t)keeper->build_took_ns);
    publish(keeper, view);
  } else {
    sift_count(&keeper->config.counters->views_failed, 1);
    say(keeper, SIFT_NOTE_ERROR, "the fleet's picture could not be renewed", sift_status_text(status));
  }
  return status;
}

static void take_streams(struct sift_keeper *keeper, struct sift_applied *applied) {
  sift_pack_release(&keeper->streams);
  keeper->streams = applied->streams;
  applied->streams = (struct sift_pack){0};
  keeper->seq = applied->seq;
}

static enum sift_status renew(struct sift_keeper *keeper) {
  struct sift_applied applied;
  enum sift_status status = sift_applier_collect(keeper->config.hub->applier, &applied);
  if (status != SIFT_OK) {
    return status;
  }
  take_streams(keeper, &applied);
  status = build(keeper, keeper->view, applied.runs, applied.run_count, &applied.overlay, keeper->rules);
  sift_applied_release(&applied);
  return status;
}

/* ---- checkpoints ---- */

static enum sift_status write_state(void *context, struct sift_state_output output) {
  struct sift_keeper *keeper = context;
  return sift_view_write(keeper->view, output); /* only this thread changes it */
}

static enum sift_status write_checkpoint(struct sift_keeper *keeper) {
  struct sift_hub *hub = keeper->config.hub;
  struct sift_pack ids = {0};
  struct sift_pack extra = {0};
  char error[SIFT_JOURNAL_ERROR_BYTES] = "";
  enum sift_status status = sift_chunk_ids_export(hub->ids, keeper->seq, &ids);
  status = status == SIFT_OK ? sift_recall_write(&extra, sift_span(keeper->streams.bytes, keeper->streams.len)) : status;
  const struct sift_checkpoint_content content = {
      .journal_seq = keeper->seq,
      .chunk_ids = sift_span(ids.bytes, ids.len),
      .extra = sift_span(extra.bytes, extra.len),
      .write_state = write_state,
      .context = keeper,
  };
  status = status == SIFT_OK ? sift_checkpoints_write(keeper->config.checkpoints, &content, error, sizeof error) : status;
  sift_pack_release(&ids);
  sift_pack_release(&extra);
  if (status != SIFT_OK) {
    sift_count(&keeper->config.counters->checkpoints_failed, 1);
    say(keeper, SIFT_NOTE_ERROR, "no checkpoint could be written, the journal is kept for longer",
        error[0] != '\0' ? error : sift_status_text(status));
    return status;
  }
  keeper->kept_before = keeper->kept_seq;
  keeper->kept_seq = keeper->seq;
  sift_journal_release(hub->journal, keeper->kept_before); /* the checkpoint before this one must stay of use */
  sift_count(&keeper->config.counters->checkpoints, 1);
  keeper->config.counters->checkpoint_s = sift_realtime_ns() / 1000000000;
  return SIFT_OK;
}

/* What a checkpoint holds must be in the journal too, else a crash would forget which chunks it knows. */
static enum sift_status checkpoint(struct sift_keeper *keeper) {
  keeper->checkpoint_ns = sift_monotonic_ns();
  if (keeper->config.checkpoints == NULL) {
    return SIFT_OK;
  }
  enum sift_status status = sift_journal_wait(keeper->config.hub->journal, keeper->seq, DURABLE_MS);
  if (status != SIFT_OK) {
    sift_count(&keeper->config.counters->checkpoints_failed, 1);
    say(keeper, SIFT_NOTE_WARNING, "no checkpoint for now", "the journal cannot be written");
    return status;
  }
  return write_checkpoint(keeper);
}

/* ---- rules ---- */

/* A view as one state, in the words of the new rules. */
static enum sift_status translate_view(struct sift_view *view, const struct sift_ruleset *to, struct sift_state_buffer *out) {
  struct sift_state_buffer whole = {0};
  enum sift_status status = sift_view_write(view, sift_state_buffer_output(&whole));
  struct sift_state_bytes bytes = {.rest = sift_span(whole.bytes, whole.size)};
  if (status == SIFT_OK) {
    status = sift_state_translate(sift_state_bytes_input(&bytes), to, sift_state_buffer_output(out));
  }
  sift_state_buffer_release(&whole);
  return status;
}

static bool swap_loops(struct sift_keeper *keeper, const struct sift_database *database) {
  const struct timespec pause = {.tv_nsec = NS_A_MS};
  for (size_t i = 0; i < keeper->config.loop_count; i++) {
    sift_loop_swap(keeper->config.loops[i], database);
  }
  for (size_t i = 0; i < keeper->config.loop_count; i++) {
    for (unsigned ms = 0; sift_loop_database(keeper->config.loops[i]) != database; ms++) {
      if (ms == SWAP_MS) {
        return false;
      }
      nanosleep(&pause, NULL);
    }
  }
  return true;
}

/* The applier first: what loops still tell by the old rules is applied by the new ones where those know it, and no hit of a new
 * rule is told to a tally that does not know it. */
static enum sift_status change(struct sift_keeper *keeper, struct sift_rulebox *rules) {
  struct sift_applied old;
  struct sift_state_buffer translated = {0};
  enum sift_status status = sift_applier_swap(keeper->config.hub->applier, rules->database, &old);
  if (status == SIFT_OK && !swap_loops(keeper, rules->database)) {
    status = SIFT_ELIMIT;
  }
  if (status == SIFT_OK) {
    take_streams(keeper, &old);
    status = build(keeper, keeper->view, old.runs, old.run_count, NULL, keeper->rules);
  }
  sift_applied_release(&old);
  status = status == SIFT_OK ? translate_view(keeper->view, rules->ruleset, &translated) : status;
  if (status == SIFT_OK) {
    const struct sift_run run = {.bytes = translated.bytes, .size = translated.size};
    status = build(keeper, NULL, &run, 1, NULL, rules);
  }
  sift_state_buffer_release(&translated);
  return status;
}

/* Events from here on are of these rules, so the journal begins a segment with their header. */
static void head_journal(struct sift_keeper *keeper) {
  struct sift_journal *journal = keeper->config.hub->journal;
  struct sift_journal_packer *packer = NULL;
  struct sift_pack header = {0};
  enum sift_status status = journal != NULL ? sift_journal_packer_new(&packer, 0) : SIFT_END;
  status = status == SIFT_OK ? sift_event_header(&header, keeper->rules->ruleset) : status;
  status = status == SIFT_OK ? sift_journal_set_header(journal, packer, sift_span(header.bytes, header.len)) : status;
  if (status < 0) {
    say(keeper, SIFT_NOTE_WARNING, "the journal goes on under the header of the rules before", sift_status_text(status));
  }
  sift_journal_packer_free(packer);
  sift_pack_release(&header);
}

static void reload(struct sift_keeper *keeper, struct sift_rulebox *rules) {
  if (strcmp(rules->ruleset->hash_text, keeper->rules->ruleset->hash_text) == 0) {
    say(keeper, SIFT_NOTE_INFO, "rules read again: they are the same", "");
    sift_rulebox_release(rules);
    return;
  }
  enum sift_status status = change(keeper, rules);
  if (status != SIFT_OK) {
    /* Half of it may have happened; a restart from the last checkpoint is whole again. */
    say(keeper, SIFT_NOTE_ERROR, "the rules could not be changed", sift_status_text(status));
    sift_count(&keeper->config.counters->reloads_failed, 1);
    keeper->config.hub->fatal(keeper->config.hub->context, status);
    sift_rulebox_release(keeper->half);
    keeper->half = rules;
    return;
  }
  sift_rulebox_release(keeper->rules);
  keeper->rules = rules;
  sift_count(&keeper->config.counters->reloads, 1);
  keeper->config.counters->reloaded_s = sift_realtime_ns() / 1000000000;
  sift_note_say(keeper->config.hub->note, SIFT_NOTE_INFO, SIFT_NOTE_ALWAYS, "rules changed: %s %s (%s), %zu rules",
                rules->ruleset->name, rules->ruleset->version, rules->ruleset->hash_text, rules->ruleset->rule_count);
  head_journal(keeper);
  (void)checkpoint(keeper);
}

void sift_keeper_reload(struct sift_keeper *keeper, struct sift_rulebox *rules) {
  pthread_mutex_lock(&keeper->lock);
  struct sift_rulebox *passed_over = keeper->settled ? rules : keeper->next;
  keeper->next = keeper->settled ? keeper->next : rules;
  pthread_cond_signal(&keeper->wake);
  pthread_mutex_unlock(&keeper->lock);
  sift_rulebox_release(passed_over);
}

void sift_keeper_settle(struct sift_keeper *keeper) {
  pthread_mutex_lock(&keeper->lock);
  struct sift_rulebox *passed_over = keeper->next;
  keeper->next = NULL;
  keeper->settled = true;
  while (keeper->reloading) {
    pthread_cond_wait(&keeper->idle, &keeper->lock);
  }
  pthread_mutex_unlock(&keeper->lock);
  sift_rulebox_release(passed_over);
}

void sift_keeper_look(struct sift_keeper *keeper) {
  pthread_mutex_lock(&keeper->lock);
  keeper->asked = true;
  pthread_cond_signal(&keeper->wake);
  pthread_mutex_unlock(&keeper->lock);
}

/* ---- the thread ---- */

enum sift_status sift_keeper_restore(struct sift_keeper *keeper, struct sift_state_input state, uint64_t seq) {
  struct sift_state_buffer translated = {0};
  enum sift_status status = sift_state_translate(state, keeper->rules->ruleset, sift_state_buffer_output(&translated));
  if (status == SIFT_OK) {
    const struct sift_run run = {.bytes = translated.bytes, .size = translated.size};
    status = build(keeper, NULL, &run, 1, NULL, keeper->rules);
  }
  sift_state_buffer_release(&translated);
  keeper->seq = seq;
  keeper->kept_seq = seq;
  return status;
}

/* Why the keeper woke, besides that the next view is due. */
struct woken {
  struct sift_rulebox *rules; /* to change to */
  bool asked, stopping;
};

/* Sleeps until the next view is due, or somebody wants something. */
static struct woken sleep_until_due(struct sift_keeper *keeper) {
  int64_t pause_ns = (int64_t)keeper->config.view_ms * NS_A_MS;
  pause_ns = (SHARE - 1) * keeper->build_took_ns > pause_ns ? (SHARE - 1) * keeper->build_took_ns : pause_ns;
  int64_t due_ns = keeper->looked_ns + pause_ns;
  const struct timespec until = {.tv_sec = due_ns / 1000000000, .tv_nsec = due_ns % 1000000000};
  pthread_mutex_lock(&keeper->lock);
  int slept = 0;
  while (keeper->next == NULL && !keeper->asked && !keeper->stopping && slept != ETIMEDOUT) {
    slept = pthread_cond_timedwait(&keeper->wake, &keeper->lock, &until);
  }
  struct woken woken = {keeper->next, keeper->asked, keeper->stopping};
  keeper->next = NULL;
  keeper->reloading = woken.rules != NULL;
  keeper->asked = false;
  pthread_mutex_unlock(&keeper->lock);
  return woken;
}

static void reload_is_over(struct sift_keeper *keeper) {
  pthread_mutex_lock(&keeper->lock);
  keeper->reloading = false;
  pthread_cond_signal(&keeper->idle);
  pthread_mutex_unlock(&keeper->lock);
}

static bool worth_renewing(const struct sift_keeper *keeper) {
  return sift_applier_seq(keeper->config.hub->applier) != keeper->seq ||
         sift_monotonic_ns() - keeper->built_ns >= (int64_t)STALE_MS * NS_A_MS;
}

static void *run(void *context) {
  struct sift_keeper *keeper = context;
  for (;;) {
    struct woken woken = sleep_until_due(keeper);
    enum sift_status status = SIFT_OK;
    bool changed = !woken.stopping && keeper->config.lookout != NULL && sift_lookout_look(keeper->config.lookout, woken.asked);
    if (woken.rules != NULL) {
      reload(keeper, woken.rules);
      reload_is_over(keeper);
    }
    if (woken.stopping) {
      break;
    }
    if (changed || worth_renewing(keeper)) {
      status = renew(keeper);
    }
    keeper->looked_ns = sift_monotonic_ns();
    bool due = sift_monotonic_ns() - keeper->checkpoint_ns >= (int64_t)keeper->config.checkpoint_ms * NS_A_MS;
    if (status == SIFT_OK && due && keeper->seq != keeper->kept_seq) {
      (void)checkpoint(keeper);
    }
    if (status == SIFT_ENOMEM || status == SIFT_EENGINE) {
      keeper->config.hub->fatal(keeper->config.hub->context, status);
    }
  }
  return NULL;
}

enum sift_status sift_keeper_start(struct sift_keeper *keeper) {
  enum sift_status status = renew(keeper);
  keeper->checkpoint_ns = sift_monotonic_ns();
  if (status != SIFT_OK) {
    return status;
  }
  keeper->started = pthread_create(&keeper->thread, NULL, run, keeper) == 0;
  return keeper->started ? SIFT_OK : SIFT_ENOMEM;
}

enum sift_status sift_keeper_stop(struct sift_keeper *keeper) {
  if (!keeper->started) {
    return SIFT_OK;
  }
  pthread_mutex_lock(&keeper->lock);
  keeper->stopping = true;
  pthread_cond_signal(&keeper->wake);
  pthread_mutex_unlock(&keeper->lock);
  pthread_join(keeper->thread, NULL);
  keeper->started = false;
  enum sift_status status = renew(keeper);
  return status == SIFT_OK ? checkpoint(keeper) : status;
}
