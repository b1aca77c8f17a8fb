/** What the emoji of emoji.js are called in German, and more words to find them by, in the same form. */

export const GERMAN = `
👍 daumen_hoch ja gut einverstanden
👎 daumen_runter nein schlecht
❤️ herz liebe rot
😂 freudentränen lachen lustig
🎉 konfetti feiern party hurra
👀 augen schauen sehen
✅ haken fertig erledigt ja
🙏 bitte danke beten
🔥 feuer heiß stark
🚀 rakete start schnell
💯 hundert voll perfekt
👏 applaus klatschen bravo
🙌 erhobene_hände lob hurra
💪 muskel stark
🤝 handschlag abgemacht einig
👋 winken hallo tschüss
👌 ok_zeichen passt perfekt
✌️ siegeszeichen frieden
🤞 gedrückte_daumen glück
🤘 rockerhand hörner
👆 zeigt_nach_oben darüber
👇 zeigt_nach_unten darunter
👉 zeigt_nach_rechts
👈 zeigt_nach_links
✋ erhobene_hand halt stopp
✍️ schreibende_hand schreiben
🫡 salutieren jawohl
🫶 herzhände liebe
😀 grinsen lächeln froh
😃 lachend froh
😄 lächeln froh
😁 strahlen grinsen
😆 lauthals_lachen lol
😅 schweiß_und_lächeln puh
🤣 kringelt_sich_vor_lachen lachen
🙂 leichtes_lächeln
🙃 kopfüber albern ironie
😉 zwinkern
😊 verlegenes_lächeln froh
😇 engel unschuldig heiligenschein
🥰 verliebt herzen
😍 herzaugen liebe
🤩 begeistert sterne wow
😘 kuss
😋 lecker schmeckt
😎 sonnenbrille cool
🤓 streber nerd
🧐 monokel prüfen
🤔 nachdenken hmm grübeln
🤨 hochgezogene_augenbraue zweifel
😐 neutral
😶 sprachlos still
🙄 augenrollen
😏 süffisant
😬 grimasse peinlich
🤐 reißverschluss geheimnis
😌 erleichtert ruhig
😴 schlafen müde
🥱 gähnen müde langweilig
😷 maske krank
🤒 fieber krank
🤯 explodierender_kopf wow
🥳 feiernd geburtstag party
🥺 flehend bitte
😢 weinen traurig
😭 heulen weinen traurig
😤 schnauben stolz
😠 ärgerlich böse
😡 wütend zorn
🤬 fluchen schimpfen
😱 schrei angst schreck
😨 ängstlich
😳 errötet verlegen
😮 offener_mund überrascht wow
😲 erstaunt wow
😞 enttäuscht traurig
😔 nachdenklich traurig
😕 verwirrt
🙁 stirnrunzeln traurig
😩 erschöpft müde
🥶 kalt frieren
🥵 hitze heiß
🤗 umarmung
🤭 kichern ups
🫣 lugt_durch_die_finger
🤫 pst leise ruhe
🫠 schmelzen
🤦 hand_vor_der_stirn
🤷 schulterzucken keine_ahnung
💀 totenkopf tot
👻 gespenst geist buh
🤖 roboter bot
👾 weltraummonster spiel
💩 haufen kacke
😺 lächelnde_katze
🙈 nichts_sehen affe
💔 gebrochenes_herz traurig
🧡 orangefarbenes_herz
💛 gelbes_herz
💚 grünes_herz
💙 blaues_herz
💜 lila_herz
🖤 schwarzes_herz
⭐ stern
🌟 leuchtender_stern
✨ funkeln neu glänzt
⚡ blitz schnell
💥 knall krach
💡 glühbirne idee licht
💬 sprechblase reden
💭 gedankenblase
🔔 glocke benachrichtigen
📣 megafon ankündigen
📌 reißzwecke anheften
📎 büroklammer anhang
🔗 glied verweis kette
🔒 schloss sicher versiegelt
🔓 offenes_schloss öffnen
🔑 schlüssel
🔍 lupe suche finden
🛠️ werkzeug reparieren
🔧 schraubenschlüssel reparieren
🐛 käfer fehler
🧪 reagenzglas test
📦 paket kiste
📝 notiz schreiben
📅 kalender datum termin
⏰ wecker zeit
⏳ sanduhr warten
📈 kurve_nach_oben wachstum
📉 kurve_nach_unten
💰 geld
🏆 pokal sieg
🥇 goldmedaille erster sieg
🎯 zielscheibe ziel treffer
🎁 geschenk
🎂 torte geburtstag
🍾 sekt champagner
🍻 biere prost
☕ kaffee pause
🍵 tee
🍕 pizza
🍰 kuchen
🍎 apfel
🌈 regenbogen
☀️ sonne sonnig
🌧️ regen
❄️ schneeflocke kalt
🌍 erde welt globus
🌱 keimling wachsen
🌳 baum
🌸 blüte blume
🐶 hund
🐱 katze
🦊 fuchs
🐢 schildkröte langsam
🦄 einhorn
🐝 biene
🚗 auto
🚲 fahrrad rad
✈️ flugzeug reise
🏠 haus zuhause
🏖️ strand urlaub
⚠️ warnung vorsicht
🚧 baustelle in_arbeit
🛑 halt stopp
❌ kreuz nein falsch
❓ fragezeichen frage
❗ ausrufezeichen wichtig
➕ plus dazu
➖ minus
🔁 wiederholen nochmal
🆗 ok_taste
🆕 neu
🏁 zielflagge fertig
🚩 rote_fahne
`;
