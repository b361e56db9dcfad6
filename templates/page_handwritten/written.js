{% extends "page/page.js" %}
{% block markup %}node.outerHTML.replace(/ class="[^"]*"/g, ""){% endblock %}
{% block leaving %} pen.finish(); const before = at;{% endblock %}
{% block shown %}

    // One step further on, what was waiting is written: names and titles first, then the link, its reason, and the box of the chart.
    if (at !== before + 1) return;
    const step = link.closest(".step"), opens = chain.querySelector(".link") === link;
    const opening = step.previousElementSibling?.matches(".opening") && step.previousElementSibling;
    const first = opens && step.querySelector(".link") === link;
    const filled = [...fills].filter(([, end]) => end === at).flatMap(([node]) => all(".text", node));
    pen.write([...(first ? [opening && opening.querySelector(".section"), step.querySelector(".title")] : []), opens && chain.querySelector(".quantity")], 900);
    pen.write([link], 1600);
    pen.write([opens && chain.querySelector(".reason"), ...filled], 1100);{% endblock %}
{% block halting %} if (!on) pen.finish();{% endblock %}
{% block pace %}(links[at]?.matches(".value") ? 1900 : 1300) + Math.max(0, pen.left() - 700){% endblock %}
{% block on %}pen.left() > 0 ? pen.finish() : stop(at + 1){% endblock %}
{% block ready %}(scrollers(), sheet.settle()){% endblock %}
{% block asked %} sheet.bars(box);{% endblock %}
