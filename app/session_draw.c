#include <stdio.h>

#include "app/session_state.h"
#include "views/parts.h"
#include "views/twin_frame.h"

static void draw_in(const Session *session, Scene scene, Canvas *canvas, Rect area) {
    Rect old = canvas_clip(canvas, area);
    scene.width = area.w, scene.height = area.h;
    view_ops(session->view)->draw(session->view_state[session->view], &scene, canvas, area);
    canvas_unclip(canvas, old);
}

/* One side under its title. */
static void draw_side(const Session *session, const Scene *scene, Canvas *canvas, Rect area, char letter) {
    char text[TWIN_NAME_MAX + 64];
    if (letter == 'B')
        session_twin_describe(session, text, sizeof text);
    else if (letter == 'A')
        snprintf(text, sizeof text, "%s, picture %s, %s", scene->network->arch, scene->image_name,
                 part_skip_mode(scene).text);
    else {
        int used = snprintf(text, sizeof text, "this network minus ");
        session_twin_describe(session, text + used, sizeof text - (size_t)used);
    }
    twin_title_draw(canvas, layout_take_top(&area, 1), letter, text);
    draw_in(session, *scene, canvas, area);
}

static void draw_both(const Session *session, const Scene *scene, Canvas *canvas, Rect area) {
    Scene other = *scene->twin->scene;
    SceneTwin back = {.scene = scene};
    other.twin = &back; /* so that it finds the common scale, too */
    Rect left = layout_take_left(&area, (area.w - 1) / 2);
    Rect line = layout_take_left(&area, 1);
    canvas_line_down(canvas, line.x, line.y, line.h, style_role(ROLE_DIM));
    draw_side(session, scene, canvas, left, 'A');
    draw_side(session, &other, canvas, area, 'B');
}

void session_draw_view(Session *session, Scene *scene, Canvas *canvas, Rect area) {
    if (!session_twin_scene(session, scene)) {
        draw_in(session, *scene, canvas, area);
        return;
    }
    twin_strip_draw(canvas, layout_take_bottom(&area, 1), scene);
    TwinShow show = session->twin.show;
    if (show == TWIN_DIFFERENCE) {
        draw_side(session, scene, canvas, area, '-');
    } else if (session->width >= SESSION_TWIN_WIDE) {
        draw_both(session, scene, canvas, area);
    } else if (show == TWIN_OTHER) {
        Scene other = *scene->twin->scene;
        SceneTwin back = {.scene = scene};
        other.twin = &back;
        draw_side(session, &other, canvas, area, 'B');
    } else {
        draw_side(session, scene, canvas, area, 'A');
    }
}
