/** A short list of emoji, each with the name that `:name:` means, what it is called aloud, and more words to find it by.
 *
 * `:name:` is the same in every language, for it is written into messages. A language has a table of its own beside this
 * one; what stands there is said aloud and found too. Pure. */

import { language } from "../../base/js/i18n.js";
import { GERMAN } from "./emoji_de.js";

const TABLES = { de: GERMAN };

const TABLE = `
👍 thumbsup +1 yes good agree
👎 thumbsdown -1 no bad
❤️ heart love red
😂 joy laugh tears funny
🎉 tada party celebrate hooray
👀 eyes look watching
✅ check done yes ok
🙏 pray thanks please
🔥 fire hot great
🚀 rocket ship launch fast
💯 hundred full perfect
👏 clap applause bravo
🙌 raised_hands praise hooray
💪 muscle strong
🤝 handshake deal agree
👋 wave hello bye
👌 ok_hand fine perfect
✌️ victory peace
🤞 crossed_fingers luck
🤘 rock_on horns
👆 point_up above
👇 point_down below
👉 point_right
👈 point_left
✋ raised_hand stop
✍️ writing write
🫡 salute yes
🫶 heart_hands love
😀 grinning smile happy
😃 smiley happy
😄 smile happy
😁 beaming grin
😆 laughing lol
😅 sweat_smile phew
🤣 rofl rolling laugh
🙂 slight_smile
🙃 upside_down silly irony
😉 wink
😊 blush happy
😇 innocent angel
🥰 in_love hearts
😍 heart_eyes love
🤩 star_struck wow
😘 kiss
😋 yum tasty
😎 sunglasses cool
🤓 nerd geek
🧐 monocle inspect
🤔 thinking hmm think
🤨 raised_eyebrow doubt
😐 neutral
😶 speechless silent
🙄 eye_roll
😏 smirk
😬 grimace awkward
🤐 zipper_mouth secret
😌 relieved calm
😴 sleeping tired
🥱 yawn tired bored
😷 mask ill
🤒 fever ill sick
🤯 mind_blown wow
🥳 partying birthday
🥺 pleading please
😢 cry sad
😭 sob crying sad
😤 huff proud
😠 angry
😡 rage furious
🤬 swearing curse
😱 scream fear shock
😨 fearful
😳 flushed embarrassed
😮 open_mouth wow surprise
😲 astonished wow
😞 disappointed sad
😔 pensive sad
😕 confused
🙁 frown sad
😩 weary tired
🥶 cold freezing
🥵 hot_face
🤗 hug
🤭 giggle oops
🫣 peeking
🤫 shush quiet
🫠 melting
🤦 facepalm
🤷 shrug dunno
💀 skull dead
👻 ghost boo
🤖 robot bot
👾 alien_monster game
💩 poop
😺 cat_smile
🙈 see_no_evil monkey
💔 broken_heart sad
🧡 orange_heart
💛 yellow_heart
💚 green_heart
💙 blue_heart
💜 purple_heart
🖤 black_heart
⭐ star
🌟 glowing_star
✨ sparkles new shiny
⚡ zap lightning fast
💥 boom crash
💡 bulb idea light
💬 speech_bubble talk
💭 thought_bubble
🔔 bell notify
📣 megaphone announce
📌 pushpin pin
📎 paperclip attach
🔗 link chain
🔒 lock secure sealed
🔓 unlock open
🔑 key
🔍 mag search find
🛠️ tools fix
🔧 wrench fix
🐛 bug
🧪 test_tube test
📦 package box
📝 memo note write
📅 calendar date
⏰ alarm_clock time
⏳ hourglass wait
📈 chart_up growth
📉 chart_down
💰 money
🏆 trophy win
🥇 first_place gold win
🎯 target dart goal
🎁 gift present
🎂 cake birthday
🍾 champagne
🍻 beers cheers
☕ coffee break
🍵 tea
🍕 pizza
🍰 shortcake
🍎 apple
🌈 rainbow
☀️ sunny sun
🌧️ rain
❄️ snowflake cold
🌍 globe world earth
🌱 seedling grow
🌳 tree
🌸 blossom flower
🐶 dog
🐱 cat
🦊 fox
🐢 turtle slow
🦄 unicorn
🐝 bee
🚗 car
🚲 bicycle bike
✈️ airplane travel
🏠 house home
🏖️ beach holiday
⚠️ warning careful
🚧 construction progress
🛑 stop
❌ x no wrong
❓ question
❗ exclamation important
➕ plus add
➖ minus
🔁 repeat again
🆗 ok
🆕 new
🏁 finish_flag done
🚩 red_flag
`;

/** `{emoji, name, spoken, words}` of each, in the words of a language. */
export function readEmoji(code) {
  const own = new Map(lines(TABLES[code] ?? "").map(([emoji, ...words]) => [emoji, words]));
  return lines(TABLE).map(([emoji, name, ...words]) => {
    const more = own.get(emoji) ?? [];
    return { emoji, name, spoken: (more[0] ?? name).replaceAll("_", " "), words: [...words, ...more] };
  });
}

const lines = (table) => table.trim().split("\n").map((line) => line.split(" "));

export const EMOJI = readEmoji(language);

/** The emoji that `:name:` means, or null. */
export function named(name) {
  return EMOJI.find((each) => each.name === name.toLowerCase())?.emoji ?? null;
}

/** What it is called aloud; the sign itself where it is none of these. */
export function nameOf(emoji) {
  return EMOJI.find((each) => each.emoji === emoji)?.spoken ?? emoji;
}

/** Best first: names that begin so, then other words that do, then names that hold it. */
export function search(query, limit = EMOJI.length, emoji = EMOJI) {
  const wanted = query.trim().toLowerCase().replaceAll(" ", "_");
  if (!wanted) return emoji.slice(0, limit);
  const rank = ({ name, spoken, words }) => {
    if (name.startsWith(wanted) || spoken.replaceAll(" ", "_").startsWith(wanted)) return 0;
    if (words.some((word) => word.startsWith(wanted))) return 1;
    return name.includes(wanted) ? 2 : 3;
  };
  const found = emoji.map((each) => [rank(each), each]).filter(([place]) => place < 3);
  return found.sort(([a], [b]) => a - b).slice(0, limit).map(([, each]) => each);
}

/** `:tada:` → 🎉 wherever a name is known; code between backticks stays. */
export function replaceNames(text) {
  return text.replace(/(```[^]*?(?:```|$)|`[^`\n]*`)|:([a-z0-9_+-]+):/gi, (whole, code, name) => (code ? whole : (named(name) ?? whole)));
}
