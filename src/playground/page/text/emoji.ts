/** @module Emoji names as Slack writes them (`:white_check_mark:`), to Unicode. */

/** One line per theme: `name glyph`, several names for one glyph separated by `|`. */
const TABLE = `
white_check_mark ✅,heavy_check_mark ✔️,ballot_box_with_check ☑️,x ❌,negative_squared_cross_mark ❎,no_entry ⛔
no_entry_sign 🚫,octagonal_sign|stop_sign 🛑,warning ⚠️,rotating_light 🚨,bangbang ‼️,exclamation|heavy_exclamation_mark ❗
grey_exclamation ❕,question ❓,grey_question ❔,information_source ℹ️,construction 🚧,sos 🆘,new 🆕,ok 🆗,up 🆙
eyes 👀,tada 🎉,confetti_ball 🎊,+1|thumbsup 👍,-1|thumbsdown 👎,rocket 🚀,ship|cargo_ship 🚢,boat|sailboat ⛵,anchor ⚓,speedboat 🚤
heart ❤️,blue_heart 💙,green_heart 💚,yellow_heart 💛,orange_heart 🧡,purple_heart 💜,black_heart 🖤,broken_heart 💔,sparkling_heart 💖
clap 👏,raised_hands 🙌,pray 🙏,wave 👋,ok_hand 👌,muscle 💪,point_right 👉,point_left 👈,point_up_2 👆,point_down 👇,raised_hand|hand ✋
handshake 🤝,crossed_fingers 🤞,v ✌️,metal 🤘,writing_hand ✍️,bow 🙇,shrug 🤷,facepalm|face_palm 🤦,raising_hand 🙋
smile 😄,smiley 😃,grinning 😀,grin 😁,joy 😂,rolling_on_the_floor_laughing|rofl 🤣,slightly_smiling_face 🙂,blush 😊,wink 😉,heart_eyes 😍
sunglasses 😎,thinking_face|thinking 🤔,neutral_face 😐,expressionless 😑,unamused 😒,sweat 😓,sweat_smile 😅,cry 😢,sob 😭,scream 😱
fearful 😨,cold_sweat 😰,rage 😡,angry 😠,exploding_head 🤯,sleeping 😴,zzz 💤,skull 💀,ghost 👻,robot_face|robot 🤖,partying_face 🥳
smiling_face_with_tear 🥲,saluting_face 🫡,melting_face 🫠,see_no_evil 🙈,hear_no_evil 🙉,speak_no_evil 🙊,upside_down_face 🙃,nerd_face 🤓
fire 🔥,boom|collision 💥,zap ⚡,sparkles ✨,star ⭐,star2 🌟,dizzy 💫,100 💯,trophy 🏆,medal 🏅,first_place_medal 🥇,gift 🎁,balloon 🎈,birthday 🎂
beers 🍻,beer 🍺,coffee ☕,tea 🍵,pizza 🍕,cake 🍰,cookie 🍪,doughnut 🍩,taco 🌮,champagne 🍾,popcorn 🍿,banana 🍌,apple 🍎,hot_pepper 🌶️
red_circle|large_red_circle 🔴,large_orange_circle|orange_circle 🟠,large_yellow_circle|yellow_circle 🟡,large_green_circle|green_circle 🟢,large_blue_circle|blue_circle 🔵
large_purple_circle|purple_circle 🟣,large_brown_circle 🟤,white_circle ⚪,black_circle ⚫,red_square|large_red_square 🟥,large_orange_square 🟧,large_yellow_square 🟨
large_green_square 🟩,large_blue_square 🟦,large_purple_square 🟪,white_large_square ⬜,black_large_square ⬛,white_small_square ▫️,black_small_square ▪️
small_red_triangle 🔺,small_red_triangle_down 🔻,small_blue_diamond 🔹,small_orange_diamond 🔸,large_blue_diamond 🔷,large_orange_diamond 🔶,radio_button 🔘
arrow_up ⬆️,arrow_down ⬇️,arrow_left ⬅️,arrow_right ➡️,arrow_upper_right ↗️,arrow_lower_right ↘️,arrow_forward ▶️,arrow_backward ◀️,fast_forward ⏩,rewind ⏪
arrows_counterclockwise 🔄,arrows_clockwise 🔃,repeat 🔁,leftwards_arrow_with_hook ↩️,arrow_right_hook ↪️,twisted_rightwards_arrows 🔀,back 🔙,soon 🔜,end 🔚,top 🔝
double_vertical_bar|pause_button ⏸️,black_square_for_stop|stop_button ⏹️,black_circle_for_record ⏺️,hourglass ⌛,hourglass_flowing_sand ⏳,stopwatch ⏱️,timer_clock ⏲️,alarm_clock ⏰
watch ⌚,clock1 🕐,clock12 🕛,calendar 📆,date 📅,spiral_calendar_pad 🗓️,lock 🔒,unlock 🔓,closed_lock_with_key 🔐,lock_with_ink_pen 🔏,key 🔑,shield 🛡️
snowflake ❄️,ice_cube 🧊,hammer 🔨,wrench 🔧,hammer_and_wrench 🛠️,gear ⚙️,nut_and_bolt 🔩,link 🔗,paperclip 📎,pushpin 📌,round_pushpin 📍,scissors ✂️
package 📦,inbox_tray 📥,outbox_tray 📤,mailbox 📫,email|envelope ✉️,incoming_envelope 📨,memo|pencil 📝,pencil2 ✏️,clipboard 📋,page_facing_up 📄,page_with_curl 📃
bookmark 🔖,bookmark_tabs 📑,books 📚,notebook 📓,ledger 📒,scroll 📜,newspaper 📰,file_folder 📁,open_file_folder 📂,card_index_dividers 🗂️,wastebasket 🗑️,label 🏷️
chart_with_upwards_trend 📈,chart_with_downwards_trend 📉,bar_chart 📊,mag 🔍,mag_right 🔎,microscope 🔬,test_tube 🧪,telescope 🔭,satellite_antenna 📡,thermometer 🌡️
bell 🔔,no_bell 🔕,mega 📣,loudspeaker 📢,speech_balloon 💬,thought_balloon 💭,left_speech_bubble 🗨️,mute 🔇,loud_sound 🔊,telephone_receiver 📞,pager 📟
computer 💻,desktop_computer 🖥️,keyboard ⌨️,floppy_disk 💾,minidisc 💽,cd 💿,battery 🔋,electric_plug 🔌,bulb 💡,flashlight 🔦,iphone 📱,globe_with_meridians 🌐
bug 🐛,ant 🐜,bee 🐝,lady_beetle|beetle 🐞,snail 🐌,turtle 🐢,whale 🐳,whale2 🐋,dolphin 🐬,octopus 🐙,crab 🦀,parrot 🦜,bird 🐦,baby_chick 🐤,hatched_chick 🐥,penguin 🐧
dog 🐶,cat 🐱,unicorn_face|unicorn 🦄,rabbit 🐰,bear 🐻,panda_face 🐼,lion_face 🦁,monkey 🐒,elephant 🐘,horse 🐴,cow 🐮,pig 🐷
seedling 🌱,herb 🌿,four_leaf_clover 🍀,evergreen_tree 🌲,palm_tree 🌴,cactus 🌵,sunflower 🌻,rose 🌹,cherry_blossom 🌸,maple_leaf 🍁,fallen_leaf 🍂
earth_africa 🌍,earth_americas 🌎,earth_asia 🌏,sunny ☀️,partly_sunny ⛅,cloud ☁️,rain_cloud 🌧️,thunder_cloud_and_rain ⛈️,lightning 🌩️,rainbow 🌈,umbrella ☔,ocean 🌊,crescent_moon 🌙,full_moon 🌕
airplane ✈️,flight_departure|airplane_departure 🛫,flight_arriving|airplane_arriving 🛬,helicopter 🚁,car 🚗,truck 🚚,bus 🚌,train 🚆,bike 🚲,ambulance 🚑,fire_engine 🚒,police_car 🚓
traffic_light 🚥,vertical_traffic_light 🚦,checkered_flag 🏁,triangular_flag_on_post 🚩,waving_white_flag 🏳️,waving_black_flag 🏴,rescue_worker_helmet|helmet_with_white_cross ⛑️
factory 🏭,office 🏢,house 🏠,hospital 🏥,bank 🏦,moneybag 💰,dollar 💵,credit_card 💳,gem 💎,dart 🎯,game_die 🎲,jigsaw 🧩,art 🎨,musical_note 🎵,notes 🎶,headphones 🎧,guitar 🎸
bust_in_silhouette 👤,busts_in_silhouette 👥,technologist 🧑‍💻,detective 🕵️,construction_worker 👷,firefighter 🧑‍🚒,astronaut 🧑‍🚀,mage 🧙,superhero 🦸
zero 0️⃣,one 1️⃣,two 2️⃣,three 3️⃣,four 4️⃣,five 5️⃣,six 6️⃣,seven 7️⃣,eight 8️⃣,nine 9️⃣,keycap_ten 🔟,heavy_plus_sign ➕,heavy_minus_sign ➖,infinity ♾️,recycle ♻️
adhesive_bandage 🩹,pill 💊,syringe 💉,dna 🧬,crystal_ball 🔮,magic_wand 🪄,brain 🧠,broom 🧹,bucket 🪣,ring_buoy 🛟,compass 🧭,world_map 🗺️,door 🚪,ladder 🪜,bricks 🧱
`;

const GLYPHS: ReadonlyMap<string, string> = new Map(
  TABLE.trim()
    .split(/[,\n]/)
    .flatMap((entry) => {
      const [names = '', glyph = ''] = entry.split(' ');
      return names.split('|').map((name): [string, string] => [name, glyph]);
    }),
);

const SKIN_TONES: ReadonlyMap<string, string> = new Map(
  Object.entries({ 2: '🏻', 3: '🏼', 4: '🏽', 5: '🏾', 6: '🏿' }),
);

/** The glyph of `name` or `name::skin-tone-N`; nothing if the name is not known. */
export function emojiGlyph(name: string): string | undefined {
  const [base = '', tone = ''] = name.split('::skin-tone-');
  const glyph = GLYPHS.get(base);
  return glyph === undefined ? undefined : glyph + (SKIN_TONES.get(tone) ?? '');
}

/** Names that begin with `prefix`, for completion. */
export function emojiNames(prefix: string): readonly string[] {
  return [...GLYPHS.keys()].filter((name) => name.startsWith(prefix));
}
