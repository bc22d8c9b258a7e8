#include "app/explorer/speaker.h"

#include <string.h>

#include "core/base/utf8.h"

void speaker_open(Speaker *speaker, Screen *screen, const Options *options) {
    Error err = {0};
    *speaker = (Speaker){.options = options};
    if (!options->explorer.presents) return;
    speaker->link = notes_link_open(options->explorer.name ? options->explorer.name : "present", &err);
    if (!speaker->link) screen_say(screen, NOTICE_INFO, err.text, 0);
}

void speaker_close(Speaker *speaker) {
    notes_link_close(speaker->link);
    rehearsal_free(speaker->rehearsal);
    *speaker = (Speaker){.link = NULL};
}

bool speaker_hear(Speaker *speaker, Screen *screen) {
    NotesLinkRequest request = speaker->link ? notes_link_hear(speaker->link) : NOTES_LINK_NOTHING;
    if (request == NOTES_LINK_NOTHING) return false;
    screen_turn_page(screen, request == NOTES_LINK_NEXT);
    return true;
}

static bool is_rehearsed(const Speaker *speaker, const LessonRun *run) {
    return speaker->rehearsal && run && run->lesson->source &&
           strcmp(rehearsal_lesson(speaker->rehearsal), run->lesson->source) == 0;
}

void speaker_show(Speaker *speaker, const Screen *screen) {
    NotesPanel panel;
    const LessonRun *run = screen_lesson(screen);
    if (!speaker->link) return;
    screen_notes(screen, &panel);
    if (*panel.answer == '\0' && is_rehearsed(speaker, run))
        utf8_copy(panel.answer, sizeof panel.answer, rehearsal_answer(speaker->rehearsal, run->page));
    notes_link_show(speaker->link, &panel);
}

bool speaker_work(Speaker *speaker, const Screen *screen) {
    const LessonRun *run = screen_lesson(screen);
    bool listens = speaker->link && notes_link_peer_count(speaker->link) > 0;
    if (!listens || !run || !run->lesson->source) return false;
    if (is_rehearsed(speaker, run)) return rehearsal_work(speaker->rehearsal);
    rehearsal_free(speaker->rehearsal);
    speaker->rehearsal = NULL;
    if (!speaker->refused) speaker->rehearsal = rehearsal_new(run->lesson->source, speaker->options);
    speaker->refused = !speaker->rehearsal;
    return !speaker->refused;
}
