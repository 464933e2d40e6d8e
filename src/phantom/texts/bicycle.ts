/**
 * "The Borrowed Bicycle", a story of about 1,000 words in spoken English, written for this project; CC0.
 */
export const bicycle = `
So this happened in my second year at the university, when I had no money at all. I mean none. I was living in one room
above a bakery, which sounds charming, except that bakers start work at three in the morning, and the oven was right
under my bed. In winter it was wonderful. In June I used to sleep in the bath.

I had a job, though. I delivered flowers on Saturdays for a woman called Mrs. Adeyemi, who ran a shop by the station.
She was tiny and elegant and completely terrifying. She had three rules. You do not shake the flowers. You do not read
the cards. And you are never, ever late, because flowers that are late are only vegetables.

I used my own bicycle, and my own bicycle was a disaster. The brakes screamed, the chain came off on every hill, and one
of the pedals was a piece of broom handle. And on this particular Saturday, at half past eight in the morning, I came
down the stairs and it was gone. Somebody had stolen it. I stood there in the street, honestly more surprised than
angry, trying to imagine the person who had looked at that machine and thought, yes, this is the one for me.

I ran to the shop. I told Mrs. Adeyemi that I had no bicycle, and she looked at me for a moment as if I had said that I
had no head. There were four deliveries, she said, and one of them was a wedding. The wedding was at noon, in a village
on the other side of the hill, eleven miles away. The van was at the garage. Her nephew was in bed with a broken toe. She
said, I do not care how you do it, but those roses will be standing in that church when the bride walks in.

Now, behind the shop there was a courtyard, and in the courtyard there was another bicycle. I had often admired it. It
was dark green, with a leather saddle and a little brass bell, and it was so beautifully kept that you could see your
face in the frame. I knew that it belonged to the old gentleman who lived upstairs, and I knew that he never rode it. I
knocked on his door. I knocked again. There was no answer, and it was ten past nine.

You can guess what I did. I wrote a note. I wrote, dear sir, I have borrowed your bicycle for an emergency involving
roses, I will bring it back by two o'clock, I am very sorry. I signed it, I pushed it under the door, and off I went, with
a box of roses tied on behind me and my heart going like a drum.

Well, I had never ridden anything like it. It flew. It went up the hill as if somebody was pushing, and the gears clicked
over like the keys of a good piano. I did the hospital, and I did the dentist, and I did a very sad young man on Garden
Street who opened the door in his pyjamas and said, oh, she sent them back. By half past ten there was nothing left but
the wedding. The sun came out. I sang. I remember thinking that perhaps the thief had done me a favour.

I was about halfway there, in the middle of absolutely nowhere, when a car came up behind me and began to sound its horn.
I pulled over to let it pass. It did not pass. It stopped, and a man jumped out of it, a big red man in a grey suit, and
he shouted, where did you get that bicycle?

I said that I had borrowed it. He said, borrowed it from whom? And I realised that I did not know the old gentleman's
name. I had lived across the road from him for two years, and I had taken his bicycle, and I did not know his name. I
said, from a gentleman who lives above the flower shop. The man went quite pale. He sat down on the grass at the side of
the road, in his good suit, and put his face in his hands.

That bicycle, he said, after a while, was mine. He told me that his father had given it to him when he was sixteen. He
told me that they had quarrelled, about money, about a girl, about nothing really, and that he had walked out of the
house one night and left everything behind him. That was nineteen years ago. They had not spoken since. He had always
supposed that the old man had sold it, or thrown it in the river.

I did not know what to say. So I told him the truth, which was that somebody oiled it every week. I had seen him from my
window. Every Sunday morning the old gentleman came down to the courtyard with a cloth and a little can, and he cleaned
that bicycle from one end to the other, and he rang the bell once, and then he went back upstairs. I used to wonder why
he never rode it.

The man did not answer for a long time. A lark was singing somewhere. At last he looked up, and he looked at the box, and
he said, are those for the wedding at Saint Mary's? I said they were. He said, it is my daughter who is getting married.
And then he looked at his watch, and so did I, and both of us said the same word at the same moment, and I will not repeat
it here.

We put the roses in the car, and we tied the bicycle on the roof with his tie and my belt. We got to the church with six
minutes to spare. I set out the flowers while the organ was already playing, holding up my trousers with one hand. And
when the service was over, he did not stay for the photographs. He got back in the car, and he said to me, show me the
door.

I did not go up with him, of course. I stood in the courtyard with the bicycle, and I pretended to look at the chain. I
heard him knock. I heard the door open. Then there was a silence, quite a long one, and then I heard two people, both
talking at once, and neither of them waiting for the other to finish.

Mrs. Adeyemi came out and stood next to me. She listened for a while. You were not late, she said, and she gave me a
rose. My own bicycle turned up a week after that, by the way. It was leaning against the wall outside the bakery, with a
note tied to the handlebars. The note said, sorry, and good luck with the brakes.
`;
