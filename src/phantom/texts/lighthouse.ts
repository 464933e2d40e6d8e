/**
 * "The Lighthouse Cat", a story of about 1,000 words in spoken English, written for this project; CC0.
 */
export const lighthouse = `
When I was nine years old, my father took a job that nobody else wanted. He became the keeper of a lighthouse on a
rock so small that you could walk around it in four minutes, and I know that, because my brother and I used to time
each other. My mother said she would go if there was a proper stove. My brother said he would go if there were ghosts.
Nobody asked me, so I packed my books and waited by the door.

The boat that carried us out belonged to a man called Hobb. He had one good eye and a voice like gravel in a bucket,
and he did not like children. He told us that the last keeper had left in the middle of the night and never come back
for his boots. My brother was delighted. My mother looked at my father, and my father looked at the sea.

The stove was fine, as it turned out. The beds were damp, the windows rattled, and the stairs went up and up until
your legs shook, but the stove was fine, and on top of it, fast asleep, lay an enormous orange cat. Nobody had told us
about a cat. It opened its eyes, looked us over one by one, and went back to sleep, as if we were the guests and it
would decide in the morning whether we could stay.

We called him the Captain. He did not catch mice, because there were no mice. He did not like milk. What he liked was
the lamp. Every evening, when my father climbed the stairs to light it, the Captain climbed behind him, one step at a
time, and sat beside the great glass until it was too hot to sit there any longer. Then he came down, ate his fish, and
slept on the stove till noon.

All that autumn we learned how to live on a rock. We learned to carry water without spilling it, and to tie everything
down, and to tell from the colour of the morning what the afternoon would bring. My mother taught us arithmetic with
dried beans. My father taught us the names of the stars, and when he did not know a name he made one up, so that to
this day I am not certain whether there is really a star called the Baker's Thumb.

Then winter came, and with it the fog. I had seen fog before, of course, but this was something else. It came over the
water like a wall, white and slow and perfectly quiet, and when it reached us the whole world simply stopped. You could
not see the sea. You could not see the bottom of the stairs from the top. My father lit the lamp at two in the
afternoon, and the light went out into the white and was swallowed whole.

On the third day of the fog my father fell ill. It was only a fever, my mother said, but he could not stand, and when
he tried he went down on the kitchen floor like a sack of flour. She put him to bed, and she looked at the clock, and
then she looked at me. You are the eldest, she said. You have watched him do it a hundred times. I cannot leave him. Can
you light the lamp?

I said yes, because what else can you say? I took the matches and the little can of oil, and I began to climb. I counted
the steps, as I always did. There were one hundred and twelve of them. At forty I was frightened. At eighty I was so
frightened that I sat down, and I would be sitting there still, I think, if something warm had not pushed against my
back. It was the Captain. He walked past me, he stopped three steps higher, and he turned round and waited.

So I got up. We climbed the rest together, and I did everything that my father did, in the order that he did it. I
trimmed the wick. I filled the tank. I opened the brass door, and I struck the first match, and it broke. I struck the
second one, and it went out. I had brought six matches. I remember looking at the four that were left and thinking that
my whole life had come down to four small pieces of wood.

The third match caught. The flame ran round the wick like a living thing, the great glass filled with gold, and the
Captain lay down in his place and began to purr. I sat next to him. I wound the clockwork every half hour, and I rang
the fog bell every five minutes, and in between I read my book aloud to the cat, because my own voice was better than
no voice at all.

Some time after midnight he stopped purring. He stood up and stared at the window on the north side, where there was
nothing to see but white. His ears went forward. I listened too, and for a long while I heard only the wind, and then,
very faint and very far away, I heard a horn. It was a ship, and it was on the wrong side of us, where the rocks are.

I did not know what to do, and there was nobody to ask. But I thought, if they can hear me, they can steer by me. So I
took hold of the rope of the bell, and I rang it, and I did not stop. I rang it until my hands bled. The horn came
nearer, then nearer still, and then it changed. It moved slowly round to the left, past the window, and out toward the
open water, and it gave three long blasts, one after another, and after that it was gone.

My father was better in the morning. The fog lifted at noon, all at once, as if somebody had pulled off a blanket, and
there was the sea again, blue and innocent. A week later Hobb came over in his boat with our letters and our flour. He
said that a steamer had come into the harbour with two hundred people on board, and that the master of it wanted to
shake the hand of the keeper. My father said that the keeper was outside, feeding the cat.

Hobb came and found me. He looked at the bandages on my hands for some time with his one good eye. Then he reached into
his coat and brought out a pair of boots, old ones, far too big for me. These were his, he said, the last fellow's. He
ran from that fog, you know. I suppose they had better be yours.

I have them still. They stand in the hall, beside the door, and people often ask me why I keep such ugly things. I tell
them about the lamp, and the bell, and the ship. But mostly I tell them about the cat.
`;
