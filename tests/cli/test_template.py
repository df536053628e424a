# SPDX-License-Identifier: Apache-2.0
"""assay template: every kind of file, the JSON's schema, what a conversation is bent to, errors with their place."""
import json, os, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

CHAT = "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>\n{% endfor %}" \
       "{% if add_generation_prompt %}<|assistant|>{% endif %}"
HI = [{"role": "user", "content": "Hi <|end|>"}]


def template(model, conversation, *options):
    with Folder({"talk.json": json.dumps(conversation)}) as talk:
        return run("template", "-c", talk + "/talk.json", *options, model)


def good(model, conversation, *options):
    status, out, err = template(model, conversation, *options)
    equal((status, err), (0, ""))
    return out


def origins(doc):
    text = doc["text"].encode()
    parts = [(s["origin"], text[s["byte_from"]:s["byte_to"]].decode()) for s in doc["segments"]]
    equal("".join(p for _, p in parts), doc["text"])
    return parts


def a_template_of_its_own():
    with Folder({"x.jinja": CHAT}) as d:
        equal(good(d + "/x.jinja", HI), "<|user|>Hi <|end|><|end|>\n<|assistant|>")
        equal(good(d + "/x.jinja", HI, "--no-generation-prompt"), "<|user|>Hi <|end|><|end|>\n")
        equal(good(d + "/x.jinja", {"messages": HI, "add_generation_prompt": False}), "<|user|>Hi <|end|><|end|>\n")


def standard_input_is_read():
    with Folder({"x.jinja": CHAT}) as d:
        done = subprocess.run([os.path.abspath(ASSAY), "template", d + "/x.jinja"], input=json.dumps(HI).encode(), capture_output=True)
        equal((done.returncode, done.stdout), (0, b"<|user|>Hi <|end|><|end|>\n<|assistant|>"))


def every_byte_has_an_origin():
    with Folder({"x.jinja": CHAT}) as d:
        doc = json.loads(good(d + "/x.jinja", HI, "--json"))
        check_schema(doc, "assay.template-1.json")
        equal(origins(doc), [("template", "<|"), ("data", "user"), ("template", "|>"), ("data", "Hi <|end|>"),
                             ("template", "<|end|>\n<|assistant|>")])
        equal((doc["template"], doc["bent"]), ("default", []))


def tokens_of_the_model_are_the_templates():
    config = json.dumps({"chat_template": CHAT, "bos_token": {"content": "<s>"}, "eos_token": "</s>", "pad_token": None})
    with Folder({"tokenizer_config.json": config, "a/x.gguf": b"x"}) as d:
        for model in (d, d + "/tokenizer_config.json"):
            doc = json.loads(good(model, HI, "--json"))
            equal(origins(doc)[0], ("template", "<s><|"))
        status, out, _ = run("template", "--list", "--json", d)
        doc = json.loads(out)
        check_schema(doc, "assay.template-list-1.json")
        equal((status, doc["tokens"]), (0, {"bos_token": "<s>", "eos_token": "</s>"}))


def a_gguf_has_templates_by_name():
    with Folder({"m.gguf": gguf({"tokenizer.chat_template": CHAT, "tokenizer.chat_template.tool_use": "T{{ tools|length }}",
                                 "tokenizer.chat_templates": "[]"})}) as d:
        tools = {"messages": HI, "tools": [{"type": "function", "function": {"name": "f"}}]}
        for model in (d, d + "/m.gguf"):
            equal(good(model, HI), "<|user|>Hi <|end|><|end|>\n<|assistant|>")
            equal(good(model, tools), "T1")
            equal(good(model, tools, "--name", "default"), "<|user|>Hi <|end|><|end|>\n<|assistant|>")
        status, out, err = template(d, HI, "--name", "rag")
        equal((status, out, "there are: default, tool_use" in err), (4, "", True))


def a_folder_has_them_in_files():
    config = json.dumps({"bos_token": "<s>", "chat_template": "old"})
    files = {"chat_template.jinja": CHAT, "additional_chat_templates/tool_use.jinja": "T", "tokenizer_config.json": config}
    with Folder(files) as d:
        equal(good(d, HI), "<s><|user|>Hi <|end|><|end|>\n<|assistant|>")
        equal(good(d, {"messages": HI, "tools": [{}]}), "T")
    with Folder({"chat_template.json": json.dumps({"chat_template": "J{{ bos_token }}"}), "tokenizer_config.json": config}) as d:
        equal(good(d, HI), "J<s>")
    named = json.dumps({"chat_template": [{"name": "default", "template": "D"}, {"name": "rag", "template": "R"}]})
    with Folder({"tokenizer_config.json": named}) as d:
        equal((good(d, HI), good(d, HI, "--name=rag")), ("D", "R"))


def a_conversation_is_bent_and_that_is_said():
    parts = [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]
    calls = [{"role": "assistant", "content": None, "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{\"x\": 1}"}}]}]
    loops = "{% for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endfor %}"
    as_text = "{% for m in messages %}{% for c in m.tool_calls %}{{ 'a=' + c.function.arguments }}{% endfor %}{% endfor %}"
    as_object = "{% for m in messages %}{% for c in m.tool_calls %}{{ c.function.arguments|tojson }}{% endfor %}{% endfor %}"
    needs_text = "{% for m in messages %}{{ m.content + '!' }}{% endfor %}"
    with Folder({"chat": CHAT, "loops": loops, "text": as_text, "object": as_object, "needs": needs_text}) as d:
        def bent(name, conversation):
            doc = json.loads(good(f"{d}/{name}", conversation, "--json", "--no-generation-prompt"))
            check_schema(doc, "assay.template-1.json")
            return doc["text"], doc["bent"]
        equal(bent("chat", parts), ("<|user|>a\nb<|end|>\n", ["parts-joined"]))
        equal(bent("loops", parts), ("ab", []))
        equal(bent("text", calls), ("a={\"x\": 1}", ["arguments-text"]))
        equal(bent("object", calls), ("{\"x\": 1}", []))
        equal(bent("needs", calls), ("!", ["null-empty"]))
        image = [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]
        status, out, err = template(d + "/chat", image)
        equal((status, out, "not a part of type \"image_url\"" in err), (3, "", True))


def what_a_template_refuses_is_its_own_words():
    with Folder({"x.jinja": "a\n\n{{ raise_exception('No \x1b[31m' ~ messages[0].role) }}"}) as d:
        status, out, err = template(d + "/x.jinja", HI)
        equal((status, out), (3, ""))
        equal("byte 21: the template refuses: No  [31muser" in err and "line 3 of the template" in err, True)


def errors_name_their_place():
    with Folder({"x.jinja": CHAT, "bad.jinja": "{% if %}", "load.jinja": "{% include 'x' %}", "loop.jinja":
                 "{% for a in range(99999) %}{% for b in range(99999) %}{{ b }}{% endfor %}{% endfor %}", "none.json": "{}", "cut.json": "{"}) as d:
        for conversation, word in [({"messages": 1}, "byte 13: messages that are no list"), ([{"content": "x"}], "byte 1: a message that has no role"),
                                   ({}, "there are no messages"), ([{"role": "u", "content": 5}], "byte 26: a content"), (7, "byte 0: a conversation"),
                                   ({"messages": [], "temperature": 1}, "no \"temperature\""), ({"messages": [], "tools": {}}, "no list"),
                                   ([{"role": "u", "tool_calls": [{}]}], "no name"), ([{"role": "u", "content": [{"type": "text"}]}], "no text"),
                                   ({"messages": [], "chat_template_kwargs": {"messages": 1}}, "may not set \"messages\"")]:
            status, out, err = template(d + "/x.jinja", conversation)
            if (status, out) != (3, "") or word not in err:
                raise AssertionError(f"{conversation}: {status} {err}")
        for name, want, word in [("bad.jinja", 3, "byte 6"), ("load.jinja", 3, "loads another file"), ("loop.jinja", 9, "the template "), ("none.json", 4, "no chat template"),
                                 ("cut.json", 3, "byte 1"), ("gone", 4, "gone")]:
            status, out, err = template(d + "/" + name, HI)
            if (status, out) != (want, "") or word not in err:
                raise AssertionError(f"{name}: {status} {err}")
        equal(run("template")[0], 2)
        equal(template(d + "/x.jinja", HI, "--at", "2026-02-30")[0], 2)


def time_is_told():
    with Folder({"x.jinja": "{{ strftime_now('%A %d %b %Y %H:%M:%S %j') }}"}) as d:
        equal(good(d + "/x.jinja", HI, "--at", "2026-03-04T05:06:07"), "Wednesday 04 Mar 2026 05:06:07 063")
        equal(good(d + "/x.jinja", HI, "--at", "2024-12-31"), "Tuesday 31 Dec 2024 00:00:00 366")
        equal(len(good(d + "/x.jinja", HI)) > 20, True)


def more_variables_and_documents():
    with Folder({"x.jinja": "{{ enable_thinking }}{{ documents[0].title }}{{ tools is none }}{{ nope is defined }}", "y.jinja": "{{ tools is none }}{{ documents is none }}"}) as d:
        talk = {"messages": HI, "documents": [{"title": "T"}], "chat_template_kwargs": {"enable_thinking": False}}
        equal(good(d + "/x.jinja", talk), "FalseTTrueFalse")
        equal(good(d + "/y.jinja", {"messages": HI, "documents": [], "tools": None}), "TrueTrue")


def a_real_model_speaks():
    model = need(MODELS + "/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "no models: tools/models brings them")
    doc = json.loads(good(model, HI, "--json"))
    check_schema(doc, "assay.template-1.json")
    equal(doc["text"][-52:], "<|im_start|>user\nHi <|end|><|im_end|>\n<|im_start|>assistant\n"[-52:])
    equal(("data", "Hi <|end|>") in origins(doc), True)


main([a_template_of_its_own, standard_input_is_read, every_byte_has_an_origin, tokens_of_the_model_are_the_templates,
      a_gguf_has_templates_by_name, a_folder_has_them_in_files, a_conversation_is_bent_and_that_is_said,
      what_a_template_refuses_is_its_own_words, errors_name_their_place, time_is_told, more_variables_and_documents, a_real_model_speaks])
